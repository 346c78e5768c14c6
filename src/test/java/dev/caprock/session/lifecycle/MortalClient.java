package dev.caprock.session.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.NullUnmarked;

/** Sends what a living replica sends, and loses what is to be lost of it. */
@NullUnmarked // as the class that it extends
final class MortalClient extends HttpClient {

    private static final String REFUSAL = """
            {"error": {"code": "told_so", "message": "by the test"}, "code": %d, "message": "by the test"}""";

    private final HttpClient client;

    MortalClient(HttpClient client) {
        this.client = client;
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        Life life = Life.current();
        return life == null ? client.sendAsync(request, handler) : sent(life, request, handler);
    }

    private <T> CompletableFuture<HttpResponse<T>> sent(Life life, HttpRequest request, BodyHandler<T> handler) {
        if (!life.goesOn()) {
            return dead();
        }
        Step step = step(request);
        int number = life.before(step);
        if (!life.goesOn()) {
            return dead();
        }
        Crash.Answer answer = life.answer(step, number);
        CompletableFuture<HttpResponse<T>> answered = switch (answer) {
            case DONE, LOST -> client.sendAsync(request, handler);
            case NOT_DONE -> CompletableFuture.failedFuture(new IOException("it got lost on its way"));
            case BUSY -> CompletableFuture.completedFuture(refusal(request, handler, 503));
            case REFUSED -> CompletableFuture.completedFuture(refusal(request, handler, 403));
        };
        return answered.whenCompleteAsync((response, failure) -> life.after(step, number), Thread::startVirtualThread)
                .thenCompose(response -> {
                    if (life.isDead() || answer == Crash.Answer.LOST) {
                        drop(response);
                        return life.isDead() ? dead() : CompletableFuture.failedFuture(new IOException("it got lost"));
                    }
                    return CompletableFuture.completedFuture(response);
                });
    }

    private static <T> CompletableFuture<T> dead() {
        return CompletableFuture.failedFuture(new IOException("this replica is dead"));
    }

    private static void drop(HttpResponse<?> response) {
        if (response.body() instanceof InputStream stream) {
            try {
                stream.close();
            } catch (IOException broken) {
                // it is dropped either way
            }
        }
    }

    /** Whatever differs from session to session is left out. */
    private static Step step(HttpRequest request) {
        String path = Arrays.stream(request.uri().getPath().split("/", -1))
                .map(word -> word.matches(".*\\d.*|session") || word.length() > 30 ? "*" : word)
                .collect(Collectors.joining("/"));
        String action = Life.action();
        return new Step(
                Step.Kind.EXCHANGE,
                action == null ? "Follow" : action,
                request.method() + " " + path.replaceAll("(/\\*)+", "/*"));
    }

    private static <T> HttpResponse<T> refusal(HttpRequest request, BodyHandler<T> handler, int status) {
        var headers = HttpHeaders.of(Map.of("Content-Type", List.of("application/json")), (name, value) -> true);
        var body = handler.apply(new ResponseInfo() {
            @Override
            public int statusCode() {
                return status;
            }

            @Override
            public HttpHeaders headers() {
                return headers;
            }

            @Override
            public Version version() {
                return Version.HTTP_1_1;
            }
        });
        body.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
        });
        body.onNext(List.of(ByteBuffer.wrap(REFUSAL.formatted(status).getBytes(StandardCharsets.UTF_8))));
        body.onComplete();
        return new Refusal<>(
                request, status, headers, body.getBody().toCompletableFuture().join());
    }

    private record Refusal<T>(HttpRequest request, int statusCode, HttpHeaders headers, T body)
            implements HttpResponse<T> {

        @Override
        public Optional<HttpResponse<T>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<javax.net.ssl.SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public java.net.URI uri() {
            return request.uri();
        }

        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }
    }

    // ---- as the client below -------------------------------------------------------------------------------------

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        try {
            return sendAsync(request, handler).get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException cause ? cause : new IOException(failed.getCause());
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushes) {
        return sendAsync(request, handler);
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }
}
