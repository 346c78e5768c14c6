package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a mount says to the server, with the mount's own credential and nothing else. */
final class MesaClient {
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final URI url;
    private final String organisation;
    private final String credential;

    MesaClient(URI url, String organisation, String credential) {
        this.url = url;
        this.organisation = organisation;
        this.credential = credential;
    }

    /** An answer of any status. */
    record Reply(int status, byte[] body) {
        JsonNode json() {
            return Json.read(body);
        }

        Reply expect(int wanted, String what) {
            if (status == wanted) {
                return this;
            }
            String message = what + " was answered with " + status;
            boolean passing = status == 409 || status == 429 || status >= 500;
            throw passing ? MountFailure.passing(message) : MountFailure.lasting(message);
        }
    }

    String organisation() {
        return organisation;
    }

    JsonNode get(String path, String... query) {
        return call("GET", path + query(query), null, Answer.JSON)
                .expect(200, "reading " + path)
                .json();
    }

    byte[] raw(String path, String... query) {
        return call("GET", path + query(query), null, "application/octet-stream")
                .expect(200, "reading " + path)
                .body();
    }

    Reply send(String method, String path, Object body) {
        return call(method, path, body, Answer.JSON);
    }

    /** The names of all repositories that the credential reaches. */
    List<String> repos() {
        List<String> names = new ArrayList<>();
        JsonNode page = get("/repos", "limit", "100");
        page.path("repos").forEach(repo -> names.add(repo.path("name").stringValue()));
        while (page.path("has_more").booleanValue()) {
            page = get(
                    "/repos", "limit", "100", "cursor", page.path("next_cursor").stringValue());
            page.path("repos").forEach(repo -> names.add(repo.path("name").stringValue()));
        }
        return names;
    }

    static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Reply call(String method, String path, @Nullable Object body, String accept) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/" + encoded(organisation) + path))
                .timeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + credential)
                .header("User-Agent", MesaSimulator.MOUNT_AGENT)
                .header("Accept", accept);
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", Answer.JSON).method(method, BodyPublishers.ofByteArray(Json.bytes(body)));
        }
        try {
            HttpResponse<byte[]> response = HTTP.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() == 401) {
                throw MountFailure.lasting("authentication failed for " + organisation);
            }
            return new Reply(response.statusCode(), response.body());
        } catch (IOException e) {
            throw MountFailure.passing("no answer from the server: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MountFailure.passing("interrupted");
        }
    }

    private static String query(String... pairs) {
        StringBuilder query = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            query.append(i == 0 ? '?' : '&').append(pairs[i]).append('=').append(encoded(pairs[i + 1]));
        }
        return query.toString();
    }
}
