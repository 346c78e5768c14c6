package dev.caprock.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Plain HTTP calls of the service, as one caller. Headers are given as name, value, name, value. */
public final class HttpCalls {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();
    private final Supplier<URI> service;
    private final @Nullable String credential;

    /** @param credential what all calls bear; null to say nothing of who is calling */
    HttpCalls(Supplier<URI> service, @Nullable String credential) {
        this.service = service;
        this.credential = credential;
    }

    /** The same calls as somebody else. */
    public HttpCalls as(@Nullable String other) {
        return new HttpCalls(service, other);
    }

    public URI uri() {
        return service.get();
    }

    public Reply get(String path, String... headers) {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    public Reply delete(String path) {
        return send("DELETE", path, BodyPublishers.noBody());
    }

    /** Sends a JSON merge patch. */
    public Reply patch(String path, String body, String... headers) {
        var all = new ArrayList<>(List.of("Content-Type", "application/merge-patch+json"));
        all.addAll(List.of(headers));
        return send("PATCH", path, BodyPublishers.ofString(body), all.toArray(String[]::new));
    }

    /** Posts an object as JSON; a text is posted as it is, called JSON. */
    public Reply post(String path, Object body) {
        String text = body instanceof String said ? said : JsonMapper.shared().writeValueAsString(body);
        return send("POST", path, BodyPublishers.ofString(text), "Content-Type", "application/json");
    }

    public Reply send(String method, String path, BodyPublisher body, String... headers) {
        HttpResponse<String> response = exchange(method, path, body, BodyHandlers.ofString(), headers);
        return new Reply(response.statusCode(), response.headers(), response.body());
    }

    /** An answer whose body is read while it comes; close the body to hang up. */
    public HttpResponse<InputStream> stream(String path, String... headers) {
        return exchange("GET", path, BodyPublishers.noBody(), BodyHandlers.ofInputStream(), headers);
    }

    private <T> HttpResponse<T> exchange(
            String method, String path, BodyPublisher body, BodyHandler<T> handler, String... headers) {
        var request = HttpRequest.newBuilder(service.get().resolve(path))
                .timeout(LIMIT)
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (credential != null) {
            request.setHeader("Authorization", "Bearer " + credential);
        }
        try {
            return client.send(request.build(), handler);
        } catch (IOException failure) {
            throw new UncheckedIOException("%s %s got no answer".formatted(method, path), failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in %s %s".formatted(method, path), stopped);
        }
    }
}
