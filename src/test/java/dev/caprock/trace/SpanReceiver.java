package dev.caprock.trace;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** Whom spans are sent to, by OTLP over HTTP. */
public final class SpanReceiver implements AutoCloseable {

    private final HttpServer server;
    private final List<SentSpan> spans = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();

    public SpanReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/traces", this::receive);
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:%d/v1/traces".formatted(server.getAddress().getPort());
    }

    /** All that came, of whichever trace. */
    public List<SentSpan> spans() {
        return List.copyOf(spans);
    }

    public List<SentSpan> spans(String traceId) {
        return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
    }

    /** All that it was sent, as it came. */
    public String sent() {
        return String.join("", bodies);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            InputStream body = exchange.getRequestBody();
            boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            byte[] bytes = (zipped ? new GZIPInputStream(body) : body).readAllBytes();
            bodies.add(new String(bytes, StandardCharsets.ISO_8859_1));
            for (WireMessage resourceSpans : WireMessage.read(bytes).messages(1)) {
                Map<String, String> resource =
                        SentSpan.attributes(resourceSpans.messages(1).getFirst(), 1);
                resourceSpans.messages(2).stream()
                        .flatMap(scope -> scope.messages(2).stream())
                        .forEach(span -> spans.add(SentSpan.read(span, resource)));
            }
            exchange.sendResponseHeaders(200, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
