package dev.caprock.sandbox;

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
public class HttpStub implements AutoCloseable {

    public final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Reply>> replies = new HashMap<>();

    public record Request(String method, String uri, Headers headers, byte[] body) {

        public String line() {
            return method + " " + uri;
        }

        public @Nullable String header(String name) {
            return headers.getFirst(name);
        }

        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    @FunctionalInterface
    public interface Reply {
        void send(HttpExchange exchange) throws IOException;
    }

    @FunctionalInterface
    public interface Body {
        void write(OutputStream out) throws IOException;
    }

    public HttpStub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** @param route method and path, for example {@code GET /sandboxes/iabc} */
    public HttpStub on(String route, Reply... answers) {
        synchronized (replies) {
            replies.put(route, new ArrayDeque<>(List.of(answers)));
        }
        return this;
    }

    /** The route that a request takes. */
    protected String route(String method, URI uri) {
        return method + " " + uri.getPath();
    }

    /** Closes the connection with no answer. */
    public static Reply hangUp() {
        return exchange -> {
            throw new IOException("told to hang up");
        };
    }

    protected static Reply reply(int status, String type, String body, String... headers) {
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

    protected static Reply stream(String type, Body body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, 0);
            body.write(exchange.getResponseBody());
        };
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    exchange.getRequestBody().readAllBytes());
            requests.add(request);
            next(route(request.method(), exchange.getRequestURI())).send(exchange);
        }
    }

    private Reply next(String route) {
        synchronized (replies) {
            var answers = replies.get(route);
            if (answers == null) {
                return reply(599, "text/html", "<html>no reply for %s</html>".formatted(route));
            }
            return answers.size() > 1 ? answers.remove() : answers.element();
        }
    }
}
