package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Speaks to the simulator byte by byte, as the tests of the simulator itself need it. */
final class Wire {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI url;
    private final String credential;

    Wire(MesaSimulator mesa, String credential) {
        this.url = mesa.url();
        this.credential = credential;
    }

    record Reply(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        JsonNode json() {
            return Json.read(response.body());
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        String at(String pointer) {
            return json().at(pointer).asString();
        }
    }

    Reply get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, "application/json");
    }

    Reply get(String path, String accept) throws IOException, InterruptedException {
        return send("GET", path, null, accept);
    }

    Reply post(String path, String json) throws IOException, InterruptedException {
        return send("POST", path, json, "application/json");
    }

    Reply patch(String path, String json) throws IOException, InterruptedException {
        return send("PATCH", path, json, "application/json");
    }

    Reply delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, null, "application/json");
    }

    private Reply send(String method, String path, @Nullable String json, String accept)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + credential)
                .header("Accept", accept)
                .method(method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
        return new Reply(http.send(request.build(), BodyHandlers.ofByteArray()));
    }
}
