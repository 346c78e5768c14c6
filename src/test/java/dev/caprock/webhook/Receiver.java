package dev.caprock.webhook;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Someone who is told of events: keeps what it was sent, and answers as it is made to. */
public final class Receiver implements AutoCloseable {

    private final HttpServer server;
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private volatile Manner manner = (message, exchange) -> exchange.sendResponseHeaders(204, -1);

    /** How it answers. */
    @FunctionalInterface
    public interface Manner {
        void answer(Message message, HttpExchange exchange) throws IOException;
    }

    /** What it was sent, with its headers in lower case. */
    public record Message(Map<String, List<String>> headers, String body) {

        public String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }

        public String id() {
            return header("webhook-id");
        }

        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        public JsonNode data() {
            return json().path("data");
        }

        /** As the official library does it, with the time's tolerance. */
        public void verify(String secret) throws WebhookVerificationException {
            new Webhook(secret).verify(body, headers);
        }

        /** Whether one of its signatures is what the official library makes with the secret; at whatever time. */
        public boolean isSignedWith(String secret) {
            try {
                long time = Long.parseLong(header("webhook-timestamp"));
                return List.of(header("webhook-signature").split(" ", -1))
                        .contains(new Webhook(secret).sign(id(), time, body));
            } catch (WebhookSigningException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    public Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    public URI uri() {
        return URI.create(
                "http://127.0.0.1:%d/hook?key=k".formatted(server.getAddress().getPort()));
    }

    /** In the order in which they came. */
    public List<Message> messages() {
        return List.copyOf(messages);
    }

    public void answers(Manner other) {
        manner = other;
    }

    public void answers(int status) {
        manner = (message, exchange) -> exchange.sendResponseHeaders(status, -1);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = new HashMap<String, List<String>>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var message = new Message(headers, body);
            messages.add(message);
            manner.answer(message, exchange);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
