package dev.caprock.simulator.vercel;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to the simulator with bare requests, for tests of the simulator only. */
final class Wire implements AutoCloseable {

    static final VercelSettings SETTINGS = VercelSettings.of("vcp_token", "team_a", "prj_a");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final VercelSimulator simulator;

    Wire(VercelSimulator simulator) {
        this.simulator = simulator;
    }

    record Answer(int status, JsonNode json, HttpResponse<byte[]> response) {

        String code() {
            return json.path("error").path("code").asString("");
        }
    }

    /** A sandbox by both its ids. */
    record Created(String name, String session) {

        String at(String rest) {
            return "/v2/sandboxes/sessions/" + session + rest;
        }
    }

    HttpRequest.Builder request(String path) {
        String query = path.contains("?") ? "&teamId=team_a" : "?teamId=team_a";
        return HttpRequest.newBuilder(URI.create(simulator.url() + path + query))
                .header("Authorization", "Bearer vcp_token")
                .header("Content-Type", "application/json");
    }

    Answer api(String method, String path, String body) throws IOException, InterruptedException {
        return send(request(path).method(method, BodyPublishers.ofString(body)));
    }

    Answer get(String path) throws IOException, InterruptedException {
        return api("GET", path, "");
    }

    Answer post(String path, String body) throws IOException, InterruptedException {
        return api("POST", path, body);
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = client.send(request.build(), BodyHandlers.ofByteArray());
        boolean json = response.headers().firstValue("content-type").orElse("").startsWith("application/json");
        return new Answer(
                response.statusCode(),
                json
                        ? JsonMapper.shared().readTree(response.body())
                        : JsonMapper.shared().missingNode(),
                response);
    }

    CompletableFuture<Answer> later(String method, String path, String body) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return api(method, path, body);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** With more fields than name and project. */
    static String body(String name, String more) {
        return "{\"projectId\":\"prj_a\",\"name\":\"%s\"%s}".formatted(name, more.isEmpty() ? "" : "," + more);
    }

    /** One of Amazon Linux that does not persist. */
    Created create(String name) throws IOException, InterruptedException {
        return create(name, "\"persistent\":false");
    }

    Created create(String name, String more) throws IOException, InterruptedException {
        var answer = post("/v2/sandboxes", body(name, more));
        return new Created(name, answer.json().at("/session/id").asString());
    }

    Answer find(String name) throws IOException, InterruptedException {
        return get("/v2/sandboxes/" + name + "?projectId=prj_a");
    }

    Answer resume(String name) throws IOException, InterruptedException {
        return get("/v2/sandboxes/" + name + "?projectId=prj_a&resume=true");
    }

    Answer delete(String name) throws IOException, InterruptedException {
        return api("DELETE", "/v2/sandboxes/" + name + "?projectId=prj_a", "");
    }

    static String sh(String script, String more) {
        var request = JsonMapper.shared().createObjectNode().put("command", "sh");
        request.putArray("args").add("-c").add(script);
        if (!more.isEmpty()) {
            request.setAll(
                    (tools.jackson.databind.node.ObjectNode) JsonMapper.shared().readTree("{" + more + "}"));
        }
        return request.toString();
    }

    /** Starts a detached command and tells its id. */
    String start(Created sandbox, String script) throws IOException, InterruptedException {
        return post(sandbox.at("/cmd"), sh(script, "")).json().at("/command/id").asString();
    }

    Told run(Created sandbox, String script, String... more) throws IOException, InterruptedException {
        String fields = "\"wait\":true,\"logs\":true" + (more.length == 0 ? "" : "," + more[0]);
        return Told.of(new String(
                post(sandbox.at("/cmd"), sh(script, fields)).response().body(), StandardCharsets.UTF_8));
    }

    Told logs(Created sandbox, String command) throws IOException, InterruptedException {
        return Told.of(new String(
                get(sandbox.at("/cmd/" + command + "/logs")).response().body(), StandardCharsets.UTF_8));
    }

    HttpResponse<InputStream> open(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofInputStream());
    }

    /** All lines of a stream. */
    record Told(List<JsonNode> lines) {

        static Told of(String text) {
            return new Told(text.lines()
                    .map(JsonMapper.shared()::readTree)
                    .map(JsonNode.class::cast)
                    .toList());
        }

        String output(String stream) {
            return lines.stream()
                    .filter(line -> line.path("stream").asString("").equals(stream))
                    .map(line -> line.path("data").asString())
                    .collect(Collectors.joining());
        }

        JsonNode last() {
            return lines.getLast();
        }

        int exitCode() {
            return last().at("/command/exitCode").asInt(-1);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
