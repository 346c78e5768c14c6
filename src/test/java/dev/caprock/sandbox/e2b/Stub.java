package dev.caprock.sandbox.e2b;

import dev.caprock.sandbox.HttpStub;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What E2B answers. */
final class Stub extends HttpStub {

    static final String TOKEN = "ab".repeat(32);
    static final String END = event("{\"end\":{\"exited\":true,\"status\":\"exit status 0\"}}");

    @Override
    public Stub on(String route, Reply... answers) {
        super.on(route, answers);
        return this;
    }

    /** Of a streaming call: the message in its one envelope. */
    static JsonNode message(Request request) {
        return JsonMapper.shared().readTree(request.body(), 5, request.body().length - 5);
    }

    List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    static Reply json(int status, String body, String... headers) {
        return reply(status, "application/json", body, headers);
    }

    static Reply text(int status, String body, String... headers) {
        return reply(status, "text/plain", body, headers);
    }

    static Reply missing() {
        return json(
                404, "{\"code\":404,\"message\":\"Sandbox \\\"i1\\\" doesn't exist or you don't have access to it\"}");
    }

    static Reply sandbox(String state) {
        return json(
                200,
                "{\"sandboxID\":\"i1\",\"envdAccessToken\":\"%s\",\"domain\":null,\"envdVersion\":\"0.6.13\",\"state\":\"%s\",\"new\":{}}"
                        .formatted(TOKEN, state));
    }

    static Reply empty(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    static Reply stream(Body body) {
        return stream("application/connect+json", body);
    }

    static Reply stream(byte[]... frames) {
        return stream(out -> {
            for (byte[] frame : frames) {
                out.write(frame);
            }
        });
    }

    static String event(String event) {
        return "{\"event\":" + event + "}";
    }

    static byte[] message(String json) {
        return new Frame(false, json.getBytes(StandardCharsets.UTF_8)).bytes();
    }

    static byte[] started() {
        return message(event("{\"start\":{\"pid\":7}}"));
    }

    static byte[] data(String stream, byte[] bytes) {
        return message(event("{\"data\":{\"%s\":\"%s\"}}"
                .formatted(stream, Base64.getEncoder().encodeToString(bytes))));
    }

    static byte[] data(String stream, String text) {
        return data(stream, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] ended(int code) {
        return message(code == 0 ? END : event("{\"end\":{\"exitCode\":%d,\"exited\":true}}".formatted(code)));
    }

    static byte[] last(String json) {
        return new Frame(true, json.getBytes(StandardCharsets.UTF_8)).bytes();
    }

    static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
