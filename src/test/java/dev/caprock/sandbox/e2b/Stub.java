package dev.caprock.sandbox.e2b;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers on loopback what a test tells it to, and remembers what it was asked. The last answer of a route repeats. */
final class Stub implements AutoCloseable {

    static final String TOKEN = "ab".repeat(32);
    static final String END = event("{\"end\":{\"exited\":true,\"status\":\"exit status 0\"}}");

    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Reply>> replies = new HashMap<>();

    record Request(String method, String uri, com.sun.net.httpserver.Headers headers, byte[] body) {

        String line() {
            return method + " " + uri;
        }

        @Nullable
        String header(String name) {
            return headers.getFirst(name);
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        /** Of a streaming call: the message in its one envelope. */
        JsonNode message() {
            return JsonMapper.shared().readTree(body, 5, body.length - 5);
        }
    }

    @FunctionalInterface
    interface Reply {
        void send(HttpExchange exchange) throws IOException;
    }

    @FunctionalInterface
    interface Body {
        void write(OutputStream out) throws IOException;
    }

    Stub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** @param route method and path, for example {@code GET /sandboxes/iabc} */
    Stub on(String route, Reply... answers) {
        synchronized (replies) {
            replies.put(route, new ArrayDeque<>(List.of(answers)));
        }
        return this;
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

    /** Closes the connection with no answer. */
    static Reply hangUp() {
        return exchange -> {
            throw new IOException("told to hang up");
        };
    }

    static Reply stream(Body body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/connect+json");
            exchange.sendResponseHeaders(200, 0);
            body.write(exchange.getResponseBody());
        };
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

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static Reply reply(int status, String type, String body, String... headers) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    exchange.getRequestBody().readAllBytes());
            requests.add(request);
            next(request.method() + " " + exchange.getRequestURI().getPath()).send(exchange);
        }
    }

    private Reply next(String route) {
        synchronized (replies) {
            var answers = replies.get(route);
            if (answers == null) {
                return text(599, "no reply for " + route);
            }
            return answers.size() > 1 ? answers.remove() : answers.element();
        }
    }
}
