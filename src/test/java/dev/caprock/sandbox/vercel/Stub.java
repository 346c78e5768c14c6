package dev.caprock.sandbox.vercel;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers on loopback what a test tells it to, and remembers what it was asked. The last answer of a route repeats. */
final class Stub implements AutoCloseable {

    static final String SESSION = "/v2/sandboxes/sessions/sbx_1";
    static final String START = "POST " + SESSION + "/cmd";
    static final String LOGS = "GET " + SESSION + "/cmd/cmd_1/logs";
    static final String COMMAND = "GET " + SESSION + "/cmd/cmd_1";
    static final String STOP = "POST " + SESSION + "/stop";
    static final String EXTEND = "POST " + SESSION + "/extend-timeout";
    static final String WRITE = "POST " + SESSION + "/fs/write";
    static final String NAMED = "/v2/sandboxes/caprock-att_1";

    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Reply>> replies = new HashMap<>();

    record Request(String method, String uri, Headers headers, byte[] body) {

        String line() {
            return method + " " + uri;
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
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

    /** @param route method and path, with {@code ?wait=true} where that is meant */
    Stub on(String route, Reply... answers) {
        synchronized (replies) {
            replies.put(route, new ArrayDeque<>(List.of(answers)));
        }
        return this;
    }

    /** A command that was started, and whose log is this. */
    Stub started(Reply... logs) {
        return on(START, running()).on(LOGS, logs);
    }

    List<String> lines() {
        return requests.stream()
                .map(request -> request.line().replaceAll("[?&](teamId|projectId)=[^&]*", ""))
                .toList();
    }

    List<Request> to(String route) {
        return requests.stream()
                .filter(request -> request.line().startsWith(route + "?"))
                .toList();
    }

    static Reply json(int status, String body, String... headers) {
        return reply(status, "application/json; charset=utf-8", body, headers);
    }

    static Reply html(int status) {
        return reply(status, "text/html", "<html>a gateway</html>");
    }

    static Reply error(int status, String code, String message, String... headers) {
        return json(status, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}".formatted(code, message), headers);
    }

    static Reply missing() {
        return error(404, "not_found", "Named sandbox 'x' not found for this project.");
    }

    static Reply gone() {
        return error(410, "sandbox_stopped", "Sandbox has stopped execution and is no longer available");
    }

    /** Started at second 1000, for so many seconds. */
    static Reply sandbox(String status, long seconds) {
        return json(200, """
                {"sandbox":{"name":"caprock-att_1","currentSessionId":"sbx_1","status":"%1$s","later":{}},
                 "session":{"id":"sbx_1","status":"%1$s","startedAt":1000000,"timeout":%2$d},"routes":[],"resumed":false}
                """.formatted(status, seconds * 1000));
    }

    static Reply running() {
        return command("null");
    }

    static Reply ended(int code) {
        return command(Integer.toString(code));
    }

    /** Closes the connection with no answer. */
    static Reply hangUp() {
        return exchange -> {
            throw new IOException("told to hang up");
        };
    }

    /** Answers when the stub is closed. */
    static Reply never() {
        return exchange -> {
            try {
                new java.util.concurrent.CountDownLatch(1).await();
            } catch (InterruptedException closed) {
                throw new IOException(closed);
            }
        };
    }

    static Reply log(Body body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
            exchange.sendResponseHeaders(200, 0);
            body.write(exchange.getResponseBody());
        };
    }

    static Reply log(String... records) {
        return log(out -> {
            for (String line : records) {
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** Sends records, then drops the connection. */
    static Reply broken(String... records) {
        return log(out -> {
            for (String line : records) {
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
            out.flush();
            throw new IOException("told to break off");
        });
    }

    static String record(String stream, String data) {
        return "{\"data\":%s,\"stream\":\"%s\"}\n".formatted(JsonMapper.shared().writeValueAsString(data), stream);
    }

    static String out(String text) {
        return out(text.getBytes(StandardCharsets.UTF_8));
    }

    static String out(byte[] bytes) {
        return record("stdout", encoded(bytes));
    }

    static String err(String text) {
        return record("stderr", encoded(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String encoded(byte[] bytes) {
        return new String(Base64.getMimeEncoder(76, new byte[] {'\n'}).encode(bytes), StandardCharsets.US_ASCII) + "\n";
    }

    static String end(int code) {
        return record("stderr", "!\n") + record("stdout", "!" + code + "\n");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static Reply command(String code) {
        return json(
                200,
                "{\"command\":{\"id\":\"cmd_1\",\"name\":\"/bin/sh\",\"args\":[],\"cwd\":\"/\",\"sessionId\":\"sbx_1\",\"startedAt\":1,\"exitCode\":%s}}"
                        .formatted(code));
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
            var uri = exchange.getRequestURI();
            var request = new Request(
                    exchange.getRequestMethod(),
                    uri.toString(),
                    exchange.getRequestHeaders(),
                    exchange.getRequestBody().readAllBytes());
            requests.add(request);
            var wait = uri.getQuery() != null && uri.getQuery().contains("wait=true") ? "?wait=true" : "";
            next(request.method() + " " + uri.getPath() + wait).send(exchange);
        }
    }

    private Reply next(String route) {
        synchronized (replies) {
            var answers = replies.get(route);
            if (answers == null) {
                return html(599);
            }
            return answers.size() > 1 ? answers.remove() : answers.element();
        }
    }
}
