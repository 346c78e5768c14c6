package dev.caprock.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A server on loopback that plays a list of answers, one for each request in turn, and keeps what it was sent. */
public final class StubServer implements AutoCloseable {

    private final HttpServer server;
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    public StubServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    /** A request as it came: {@code line} is method, raw path and raw query. */
    public record Received(
            String line,
            @Nullable String authorization,
            @Nullable String contentType,
            String body,
            Map<String, List<String>> headers) {}

    public URI uri() {
        var address = server.getAddress();
        return URI.create("http://%s:%d".formatted(address.getHostString(), address.getPort()));
    }

    /** Answers with JSON; headers are name, value, name, value. */
    public StubServer answer(int status, String json, String... headers) {
        answers.add(exchange -> {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        });
        return this;
    }

    /** Takes the request and drops the connection. */
    public StubServer drop() {
        answers.add(exchange -> {});
        return this;
    }

    /** Takes the request and stays silent. */
    public StubServer hang() {
        answers.add(exchange -> closed.await());
        return this;
    }

    public List<Received> received() {
        return received;
    }

    public List<String> lines() {
        return received.stream().map(Received::line).toList();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            received.add(new Received(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                    headers.getFirst("Authorization"),
                    headers.getFirst("Content-Type"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                    Map.copyOf(headers)));
            Answer next = answers.poll();
            if (next == null) {
                exchange.sendResponseHeaders(599, -1);
            } else {
                next.play(exchange);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Answer {

        void play(HttpExchange exchange) throws IOException, InterruptedException;
    }
}
