package dev.caprock.remote;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/**
 * One remote party. Every call goes through {@link #call}, which guards it with the breaker, bulkheads and limiter
 * named after the remote and turns each way of failing into a {@link RemoteFailure}. It never retries. (The JDK's client below may repeat a
 * GET whose connection drops before the answer's first byte; it never repeats a write.)
 */
public final class Remote {

    /** Not the current observation: Spring's client has one of its own, which stands before ours. */
    private static final ScopedValue<CallContext> UNDER_WAY = ScopedValue.newInstance();

    private final String name;
    private final HttpClient http;
    private final Guards guards;
    private final boolean traceContext;
    private final ObservationRegistry observations;

    /** @param traceContext whether a call tells where it is in its trace */
    Remote(String name, HttpClient http, Guards guards, boolean traceContext, ObservationRegistry observations) {
        this.name = name;
        this.http = http;
        this.guards = guards;
        this.traceContext = traceContext;
        this.observations = observations;
    }

    public String name() {
        return name;
    }

    /** The client below, for streams: pinned to HTTP/1.1, connect time-out set, no read time-out. */
    public HttpClient http() {
        return http;
    }

    /**
     * A client for plain request and response.
     *
     * @param timeout bounds the whole exchange, body included
     */
    public RestClient.Builder rest(String baseUrl, Duration timeout) {
        var factory = new JdkClientHttpRequestFactory(http);
        factory.setReadTimeout(timeout);
        return RestClient.builder()
                .baseUrl(baseUrl)
                .requestFactory(factory)
                .requestInterceptor(this::noted)
                .defaultStatusHandler(HttpStatusCode::is3xxRedirection, Remote::refuseRedirect);
    }

    private ClientHttpResponse noted(HttpRequest request, byte[] body, ClientHttpRequestExecution rest)
            throws IOException {
        Optional<CallContext> call = underWay();
        call.flatMap(this::trace).ifPresent(trace -> request.getHeaders().set(CallContext.TRACEPARENT, trace));
        ClientHttpResponse answer = rest.execute(request, body);
        if (call.isPresent()) {
            call.get().answered(answer.getStatusCode().value());
        }
        return answer;
    }

    private static Optional<CallContext> underWay() {
        return UNDER_WAY.isBound() ? Optional.of(UNDER_WAY.get()) : Optional.empty();
    }

    private Optional<String> trace(CallContext call) {
        return traceContext ? Optional.ofNullable(call.trace()) : Optional.empty();
    }

    private java.net.http.HttpRequest traced(java.net.http.HttpRequest request, CallContext call) {
        return trace(call)
                .map(trace -> java.net.http.HttpRequest.newBuilder(request, (name, value) -> true)
                        .setHeader(CallContext.TRACEPARENT, trace)
                        .build())
                .orElse(request);
    }

    /** No remote of ours redirects; left alone, a redirect would pass for an empty success. */
    private static void refuseRedirect(HttpRequest request, ClientHttpResponse answer) throws IOException {
        throw new RestClientResponseException(
                "redirected", answer.getStatusCode(), answer.getStatusText(), answer.getHeaders(), new byte[0], null);
    }

    /**
     * Sends a request and waits for the head of its answer, of any status. To be called inside {@link #call}.
     *
     * @param patience how long the head may take; the body is unbounded, see {@link WatchedStream}
     * @throws RemoteFailure when no head came; an interrupted caller stays interrupted
     */
    public HttpResponse<InputStream> open(String operation, java.net.http.HttpRequest request, Duration patience) {
        Optional<CallContext> call = underWay();
        var pending =
                http.sendAsync(call.map(seen -> traced(request, seen)).orElse(request), BodyHandlers.ofInputStream());
        try {
            var answer = pending.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            call.ifPresent(seen -> seen.answered(answer.statusCode()));
            return answer;
        } catch (InterruptedException interrupted) {
            pending.cancel(true);
            Thread.currentThread().interrupt();
            throw noAnswer(operation, interrupted);
        } catch (TimeoutException late) {
            pending.cancel(true);
            throw noAnswer(operation, late);
        } catch (ExecutionException failed) {
            throw noAnswer(operation, failed);
        }
    }

    /** Whether something may be asked to be made there now. */
    public Standing standing() {
        return guards.standing();
    }

    /** How long calls of a purpose are held back yet, since the remote asked for that. */
    Duration held(Purpose purpose) {
        return guards.held(purpose);
    }

    /** How often it has asked for that. */
    long holds() {
        return guards.holds();
    }

    /** Performs one call whose purpose is {@link Purpose#WORK}. */
    public <T> T call(String operation, Supplier<T> call) {
        return call(Purpose.WORK, operation, call);
    }

    /**
     * Performs one call, or refuses it at once as busy: it never waits for its turn.
     *
     * @param operation what is tried, for messages, metrics and traces: no ids, no secrets
     * @throws RemoteFailure in every case but success
     */
    public <T> T call(Purpose purpose, String operation, Supplier<T> call) {
        return observed(
                purpose,
                operation,
                seen -> guards.call(purpose, operation, () -> {
                    seen.made();
                    return translated(operation, call);
                }));
    }

    /** Performs one call that nothing holds back and nobody learns from, since it may well not be answered in time. */
    public <T> T callUnguarded(Purpose purpose, String operation, Supplier<T> call) {
        return observed(purpose, operation, seen -> {
            seen.made();
            return translated(operation, call);
        });
    }

    private <T> T observed(Purpose purpose, String operation, Function<CallContext, T> call) {
        var seen = new CallContext(name, purpose, operation);
        var observation = Observation.start(CallContext.NAME, () -> seen, observations);
        try (var ignored = observation.openScope()) {
            T answer = ScopedValue.where(UNDER_WAY, seen).call(() -> call.apply(seen));
            seen.succeeded();
            return answer;
        } catch (RuntimeException failure) {
            observation.error(seen.failed(failure));
            throw failure;
        } finally {
            seen.ended();
            observation.stop();
        }
    }

    private <T> T translated(String operation, Supplier<T> call) {
        try {
            return call.get();
        } catch (RestClientResponseException answer) {
            throw failure(
                    operation,
                    answer.getStatusCode().value(),
                    answer.getResponseHeaders(),
                    answer.getResponseBodyAsByteArray());
        } catch (ResourceAccessException noAnswer) {
            throw noAnswer(operation, noAnswer);
        } catch (RestClientException unreadable) {
            // Its message and causes quote the body, which may be a credential just minted: only the kind is kept.
            String kind = NestedExceptionUtils.getMostSpecificCause(unreadable)
                    .getClass()
                    .getSimpleName();
            throw new RemoteFailure.Unknown(
                    name, operation, 0, "unreadable", "the answer could not be read: " + kind, null);
        }
    }

    /** Reads a refused answer: 429 and 503 are busy, any other 4xx rejected, and all else (500, 302, …) unknown. */
    public RemoteFailure failure(String operation, int status, @Nullable HttpHeaders headers, byte[] body) {
        var error = ErrorBody.read(body);
        var message = "answered %d%s".formatted(status, error.describe());
        if (status == 429 || status == 503) {
            return new RemoteFailure.Busy(
                    name, operation, status, error.code(), message, RetryAfter.read(headers), null);
        }
        return status >= 400 && status < 500
                ? new RemoteFailure.Rejected(name, operation, status, error.code(), message)
                : new RemoteFailure.Unknown(name, operation, status, error.code(), message, null);
    }

    /** Tells a call that was never sent (no connection: busy) from one whose answer did not come (unknown). */
    public RemoteFailure noAnswer(String operation, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
                return new RemoteFailure.Busy(name, operation, 0, "unreachable", "could not connect", null, failure);
            }
        }
        return new RemoteFailure.Unknown(name, operation, 0, "no_answer", "no answer came", failure);
    }
}
