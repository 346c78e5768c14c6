package dev.caprock.sandbox.vercel;

import dev.caprock.remote.Purpose;
import dev.caprock.remote.Remote;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Standing;
import dev.caprock.remote.WatchedStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests to Vercel in the name of the team, and reads what a refusal says. */
final class Api {

    /** The API's own word for a session that has ended, in ours. */
    static final String GONE = "sandbox_gone";

    private static final Logger log = LoggerFactory.getLogger(Api.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int BODY_LIMIT = 8 << 20;

    private final Remote remote;
    private final VercelSettings settings;

    Api(Remote remote, VercelSettings settings) {
        this.remote = remote;
        this.settings = settings;
    }

    /** A request to a path below the API's base, its query included. */
    HttpRequest.Builder request(String path) {
        var team = (path.contains("?") ? "&" : "?") + "teamId=" + encoded(settings.requiredTeam());
        return HttpRequest.newBuilder(URI.create(settings.apiUrl() + path + team))
                .header("Authorization", "Bearer " + settings.requiredToken())
                .header("Content-Type", "application/json")
                .header("User-Agent", "caprock");
    }

    static BodyPublisher json(Object body) {
        return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
    }

    /** The answer to a request, refusals included; the remote's own trouble is thrown where the breaker sees it. */
    Answer send(String operation, HttpRequest.Builder request) {
        return send(operation, request, settings.callTimeout());
    }

    Answer send(String operation, HttpRequest.Builder request, Duration patience) {
        return send(purpose(request.build()), operation, request, patience);
    }

    /** As {@link #send}, as part of what ends a sandbox. */
    Answer release(String operation, HttpRequest.Builder request) {
        return send(Purpose.RELEASE, operation, request, settings.callTimeout());
    }

    private Answer send(Purpose purpose, String operation, HttpRequest.Builder request, Duration patience) {
        return remote.call(purpose, operation, () -> {
            var answer = whole(operation, remote.open(operation, request.build(), patience));
            if (answer.status() == 429 || answer.status() >= 500) {
                throw failure(operation, answer);
            }
            return answer;
        });
    }

    private static Purpose purpose(HttpRequest request) {
        if (request.method().equals("GET")) {
            return Purpose.LOOK;
        }
        return request.uri().getPath().endsWith("/sandboxes") ? Purpose.CREATE : Purpose.WORK;
    }

    Standing standing() {
        return remote.standing();
    }

    /** As {@link #send}, for a request that may well not be answered in time: nobody is to blame then. */
    Answer ask(String operation, HttpRequest.Builder request, Duration patience) {
        return remote.callUnguarded(
                Purpose.LOOK, operation, () -> whole(operation, remote.open(operation, request.build(), patience)));
    }

    Answer expect(String operation, Answer answer) {
        if (answer.succeeded()) {
            return answer;
        }
        throw failure(operation, answer);
    }

    /**
     * Opens a stream.
     *
     * @param silence how long it may be silent
     * @param life bounds the exchange
     */
    InputStream stream(String operation, HttpRequest.Builder request, Duration silence, Duration life) {
        return remote.call(operation, () -> {
            var patience = life.compareTo(settings.callTimeout()) < 0 ? life : settings.callTimeout();
            var answer = remote.open(operation, request.build(), patience);
            if (answer.statusCode() / 100 != 2) {
                throw failure(operation, whole(operation, answer));
            }
            return WatchedStream.over(answer.body(), silence, life);
        });
    }

    RemoteFailure failure(String operation, Answer answer) {
        log.debug(
                "{}: {} x-vercel-id={}",
                operation,
                answer.status(),
                answer.headers().getFirst("x-vercel-id"));
        String code = answer.errorCode();
        return switch (answer.status()) {
            case 410 -> gone(operation);
            case 409 -> busyIf(code.equals("image_not_ready"), operation, answer);
            case 422 ->
                busyIf(code.equals("sandbox_stopping") || code.equals("sandbox_snapshotting"), operation, answer);
            case 404 ->
                code.isEmpty()
                        ? unknown(
                                operation,
                                404,
                                "not_vercel",
                                "answered 404, but not by Vercel: check the address",
                                null)
                        : plain(operation, answer);
            default -> plain(operation, answer);
        };
    }

    RemoteFailure.Rejected gone(String operation) {
        return new RemoteFailure.Rejected(remote.name(), operation, 410, GONE, "the sandbox has ended");
    }

    RemoteFailure.Busy busy(String operation, int status, String code, String message) {
        return new RemoteFailure.Busy(remote.name(), operation, status, code, message, null, null);
    }

    RemoteFailure.Unknown unknown(
            String operation, int status, String code, String message, @Nullable Throwable cause) {
        return new RemoteFailure.Unknown(remote.name(), operation, status, code, message, cause);
    }

    /** An answer that succeeded, and says nothing that we understand. What it says is not quoted: it may be a secret. */
    RemoteFailure.Unknown unreadable(String operation, String message) {
        return unknown(operation, 200, "unreadable", message, null);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private RemoteFailure busyIf(boolean passing, String operation, Answer answer) {
        return passing
                ? busy(
                        operation,
                        answer.status(),
                        answer.errorCode(),
                        "answered %d %s".formatted(answer.status(), answer.errorCode()))
                : plain(operation, answer);
    }

    /** Tokens of old have no prefix to know them by, so ours is taken out here. */
    private RemoteFailure plain(String operation, Answer answer) {
        var words = new String(answer.body(), StandardCharsets.UTF_8).replace(settings.requiredToken(), "***");
        return remote.failure(operation, answer.status(), answer.headers(), words.getBytes(StandardCharsets.UTF_8));
    }

    private Answer whole(String operation, HttpResponse<InputStream> answer) {
        var headers = new HttpHeaders();
        answer.headers().map().forEach(headers::addAll);
        var life = settings.callTimeout();
        try (var body = WatchedStream.over(answer.body(), life, life)) {
            return new Answer(answer.statusCode(), headers, body.readNBytes(BODY_LIMIT));
        } catch (IOException lost) {
            throw remote.noAnswer(operation, lost);
        }
    }
}
