package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Remote;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.WatchedStream;
import dev.caprock.sandbox.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import org.springframework.http.HttpHeaders;

/**
 * E2B's proxy, through which every envd is reached. It knows a sandbox's address and token, and what a refusal says of the
 * sandbox.
 */
final class SandboxProxy {

    private static final int PORT = 49983;
    private static final int REFUSAL_LIMIT = 64 << 10;

    /** E2B's own domains serve all sandboxes on one host; on any other each has a host of its own. */
    private static final Set<String> SHARED = Set.of("e2b.app", "e2b.dev", "e2b.pro", "e2b-staging.dev");

    private final Remote remote;
    private final ControlApi control;
    private final E2bSettings settings;
    private final Duration silence;

    /** @param silence how long an answer's body may be silent */
    SandboxProxy(Remote remote, ControlApi control, E2bSettings settings, Duration silence) {
        this.remote = remote;
        this.control = control;
        this.settings = settings;
        this.silence = silence;
    }

    /** Begins a request to one sandbox. */
    @FunctionalInterface
    interface Target {
        HttpRequest.Builder at(String path);
    }

    /** What is asked of the sandbox; made again when its token was read again. */
    @FunctionalInterface
    interface Call {
        HttpRequest.Builder make(Target target, Access access);
    }

    private record Opened(int status, HttpHeaders headers, InputStream body) {

        Answer whole() {
            try (body) {
                return new Answer(status, headers, body.readNBytes(REFUSAL_LIMIT));
            } catch (IOException cutShort) {
                return new Answer(status, headers, new byte[0]);
            }
        }
    }

    /**
     * Sends a request and returns the body of the good answer to it. When the token is refused, it is read again and the
     * request sent once more, since what was refused did not happen.
     *
     * @param life bounds the exchange, the body included
     * @throws RemoteFailure.Rejected with the code {@code sandbox_gone} (and status 404) or {@code sandbox_paused} when
     *     the control API says so
     */
    InputStream send(String operation, Sandbox sandbox, Duration life, Call call) {
        long deadline = System.nanoTime() + life.toNanos();
        var answer = open(operation, request(sandbox, Access.read(sandbox.access()), call), deadline);
        if (answer.status() == 401) {
            answer.whole();
            var details = control.get(sandbox.id()).orElseThrow(() -> gone(operation));
            var access = Access.read(details.sandbox(sandbox.id()).access());
            answer = open(operation, request(sandbox, access, call), deadline);
        }
        if (answer.status() / 100 == 2) {
            return answer.body();
        }
        throw refusal(operation, sandbox, answer.whole());
    }

    /** Where the envd of a sandbox is reached. */
    String baseUrl(Sandbox sandbox, Access access) {
        if (settings.sandboxUrl() != null) {
            return settings.sandboxUrl().toString();
        }
        String domain = access.domain() == null ? settings.domain() : access.domain();
        return SHARED.contains(domain)
                ? "https://sandbox." + domain
                : "https://%d-%s.%s".formatted(PORT, sandbox.id(), domain);
    }

    private HttpRequest request(Sandbox sandbox, Access access, Call call) {
        Target target = path -> {
            var request = HttpRequest.newBuilder(URI.create(baseUrl(sandbox, access) + path))
                    .header("E2b-Sandbox-Id", sandbox.id())
                    .header("E2b-Sandbox-Port", Integer.toString(PORT));
            return access.token() == null ? request : request.header("X-Access-Token", access.token());
        };
        return call.make(target, access).build();
    }

    /** Trouble of the whole proxy is thrown inside the guarded call, so that the breaker sees it; one sandbox's is not. */
    private Opened open(String operation, HttpRequest request, long deadline) {
        return remote.call(operation, () -> {
            var answer = exchange(operation, request, deadline);
            if (answer.status() == 500 || answer.status() == 503 || answer.status() == 504) {
                throw failure(operation, answer.whole());
            }
            return answer;
        });
    }

    private Opened exchange(String operation, HttpRequest request, long deadline) {
        var left = Duration.ofNanos(deadline - System.nanoTime());
        var patience = left.compareTo(settings.callTimeout()) < 0 ? left : settings.callTimeout();
        return opened(remote.open(operation, request, patience), deadline);
    }

    private Opened opened(HttpResponse<InputStream> answer, long deadline) {
        var headers = new HttpHeaders();
        answer.headers().map().forEach(headers::addAll);
        var life = Duration.ofNanos(deadline - System.nanoTime());
        return new Opened(answer.statusCode(), headers, WatchedStream.over(answer.body(), silence, life));
    }

    private RemoteFailure refusal(String operation, Sandbox sandbox, Answer answer) {
        return switch (answer.status()) {
            case 502 -> badGateway(operation, sandbox, answer);
            case 409 -> busy(operation, answer, "in_transition", "the sandbox is changing its state");
            // Not the sandbox but the call is unknown, and no one may conclude from the status that it is gone.
            case 404 ->
                new RemoteFailure.Rejected(
                        remote.name(), operation, 501, "unimplemented", "answered 404: envd knows no such call");
            default -> failure(operation, answer);
        };
    }

    /** The proxy names the sandbox when it has not passed the request on; anyone else's 502 leaves that open. */
    private RemoteFailure badGateway(String operation, Sandbox sandbox, Answer answer) {
        var verdict = answer.json();
        if (verdict.has("sandboxId") && verdict.has("port")) {
            return busy(operation, answer, "port_not_open", "envd does not listen, or not yet");
        }
        try {
            var details = control.get(sandbox.id());
            if (details.isEmpty()) {
                return gone(operation);
            }
            if (details.get().isPaused()) {
                return new RemoteFailure.Rejected(
                        remote.name(), operation, answer.status(), "sandbox_paused", "the sandbox is paused");
            }
        } catch (RemoteFailure noEvidence) {
            // then only the proxy's own word counts
        }
        return verdict.has("sandboxId")
                ? busy(operation, answer, "sandbox_not_found", "the proxy does not know the running sandbox yet")
                : failure(operation, answer);
    }

    private RemoteFailure gone(String operation) {
        return new RemoteFailure.Rejected(remote.name(), operation, 404, "sandbox_gone", "the sandbox is gone");
    }

    private RemoteFailure busy(String operation, Answer answer, String code, String message) {
        return new RemoteFailure.Busy(remote.name(), operation, answer.status(), code, message, null, null);
    }

    private RemoteFailure failure(String operation, Answer answer) {
        return remote.failure(operation, answer.status(), answer.headers(), answer.body());
    }
}
