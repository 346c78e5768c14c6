package dev.caprock.simulator.e2b;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to the simulator with bare requests, for tests of the simulator only. */
final class Wire implements AutoCloseable {

    static final String KEY = "e2b_0123456789abcdef";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final E2bSimulator simulator;
    private String key = KEY;

    Wire(E2bSimulator simulator) {
        this.simulator = simulator;
    }

    record Answer(int status, JsonNode json, HttpResponse<byte[]> response) {}

    record Created(String id, String token) {}

    void use(String other) {
        key = other;
    }

    Answer api(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(simulator.apiUrl() + path))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        return send(request);
    }

    Created create() throws IOException, InterruptedException {
        return create("{\"templateID\":\"base\",\"timeout\":600}");
    }

    Created create(String body) throws IOException, InterruptedException {
        var answer = api("POST", "/v2/sandboxes", body);
        return new Created(
                answer.json().get("sandboxID").asString(),
                answer.json().get("envdAccessToken").asString());
    }

    HttpRequest.Builder data(Created sandbox, String path) {
        return HttpRequest.newBuilder(URI.create(simulator.sandboxUrl() + path))
                .header("E2b-Sandbox-Id", sandbox.id())
                .header("E2b-Sandbox-Port", "49983")
                .header("X-Access-Token", sandbox.token());
    }

    Answer unary(Created sandbox, String path, String body) throws IOException, InterruptedException {
        return send(
                data(sandbox, path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = client.send(request.build(), BodyHandlers.ofByteArray());
        return new Answer(response.statusCode(), json(response.body()), response);
    }

    private static JsonNode json(byte[] body) {
        return body.length > 0 && (body[0] == '{' || body[0] == '[')
                ? JsonMapper.shared().readTree(body)
                : JsonMapper.shared().missingNode();
    }

    /** A request for {@code sh -c script}. */
    static String sh(String script) {
        var request = JsonMapper.shared().createObjectNode();
        request.putObject("process")
                .put("cmd", "/bin/sh")
                .putArray("args")
                .add("-c")
                .add(script);
        return request.put("stdin", false).toString();
    }

    Events run(Created sandbox, String script, String... headers) throws IOException, InterruptedException {
        return stream(sandbox, "/process.Process/Start", sh(script), headers);
    }

    Events connect(Created sandbox, long pid, String... headers) throws IOException, InterruptedException {
        return stream(sandbox, "/process.Process/Connect", "{\"process\":{\"pid\":%d}}".formatted(pid), headers);
    }

    Events stream(Created sandbox, String path, String json, String... headers)
            throws IOException, InterruptedException {
        byte[] payload = json.getBytes(StandardCharsets.UTF_8);
        byte[] envelope = ByteBuffer.allocate(5 + payload.length)
                .put((byte) 0)
                .putInt(payload.length)
                .put(payload)
                .array();
        var request = data(sandbox, path)
                .header("Content-Type", "application/connect+json")
                .POST(BodyPublishers.ofByteArray(envelope));
        if (headers.length > 0) {
            request.headers(headers);
        }
        var response = client.send(request.build(), BodyHandlers.ofInputStream());
        return new Events(response.statusCode(), new DataInputStream(response.body()));
    }

    /** A response stream, read frame by frame. */
    record Events(int status, DataInputStream in) implements AutoCloseable {

        /** @throws EOFException if the body ended */
        Frame next() throws IOException {
            int flags = in.readUnsignedByte();
            byte[] payload = in.readNBytes(in.readInt());
            return new Frame(flags, new String(payload, StandardCharsets.UTF_8));
        }

        long pid() throws IOException {
            return next().json().get("event").get("start").get("pid").asLong();
        }

        Told rest() throws IOException {
            var frames = new ArrayList<Frame>();
            do {
                frames.add(next());
            } while (frames.getLast().flags() != 2);
            return new Told(frames);
        }

        void drop() throws IOException {
            in.close();
        }

        InputStream raw() {
            return in;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    record Frame(int flags, String text) {

        JsonNode json() {
            return JsonMapper.shared().readTree(text);
        }
    }

    /** All that a stream told up to its end. */
    record Told(List<Frame> frames) {

        Stream<JsonNode> events(String kind) {
            return frames.stream()
                    .map(frame -> frame.json().path("event").path(kind))
                    .filter(node -> !node.isMissingNode());
        }

        List<byte[]> chunks(String stream) {
            return events("data")
                    .filter(data -> data.has(stream))
                    .map(data -> Base64.getDecoder().decode(data.get(stream).asString()))
                    .toList();
        }

        byte[] bytes(String stream) {
            var chunks = chunks(stream);
            var all = ByteBuffer.allocate(
                    chunks.stream().mapToInt(chunk -> chunk.length).sum());
            chunks.forEach(all::put);
            return all.array();
        }

        String out() {
            return new String(bytes("stdout"), StandardCharsets.UTF_8);
        }

        JsonNode end() {
            return events("end").findFirst().orElse(JsonMapper.shared().missingNode());
        }

        /** The last frame's payload. */
        JsonNode over() {
            return frames.getLast().json();
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
