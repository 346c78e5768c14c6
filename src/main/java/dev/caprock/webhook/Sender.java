package dev.caprock.webhook;

import dev.caprock.id.PublicId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Sends one payload, once, over a connection of its own. Redirects, cookies, credentials and compression are not for us; of the
 * answer only status and headers are read, whose size is bounded.
 */
@Component
class Sender implements DisposableBean {

    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_HEADERS = 100;

    private final CloseableHttpClient http;
    private final Clock clock;
    private final Duration timeout;
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("webhook-watchdog").factory()); // no carrier must be free for it

    @Autowired
    Sender(Guard guard, WebhookSettings settings, Clock clock) throws GeneralSecurityException {
        this(guard, settings, clock, SSLContext.getDefault());
    }

    Sender(Guard guard, WebhookSettings settings, Clock clock, SSLContext tls) {
        this.clock = clock;
        this.timeout = settings.timeout();
        this.http = HttpClients.custom()
                .setConnectionManager(connections(guard, settings, tls))
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.of(timeout))
                        .setProtocolUpgradeEnabled(false)
                        .setAuthenticationEnabled(false)
                        .build())
                .setConnectionReuseStrategy(
                        (request, response, context) -> false) // each is made to what was just checked
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Caprock-Webhooks/1")
                .build();
    }

    private static PoolingHttpClientConnectionManager connections(
            Guard guard, WebhookSettings settings, SSLContext tls) {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(guard)
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setHandshakeTimeout(Timeout.of(settings.timeout()))
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                        .setSocketTimeout(Timeout.of(settings.timeout()))
                        .build())
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxLineLength(LONGEST_LINE)
                                .setMaxHeaderCount(MOST_HEADERS)
                                .build())
                        .build())
                .setMaxConnTotal(settings.concurrentSends())
                .setMaxConnPerRoute(settings.concurrentSends())
                .build();
    }

    /** Returns in bounded time, whatever the receiver does. */
    Answer send(Claimed claimed, List<byte[]> secrets) {
        HttpPost request = request(claimed, secrets);
        var end = watchdog.schedule(request::abort, timeout.toMillis(), TimeUnit.MILLISECONDS);
        try {
            ClassicHttpResponse response = http.executeOpen(null, request, null);
            try {
                return answer(response);
            } finally {
                request.abort(); // else closing would first read the body to its end
                Closer.closeQuietly(response);
            }
        } catch (IOException failure) {
            return new Answer.Failed(null, reason(failure, request.isAborted()), null);
        } finally {
            end.cancel(false);
        }
    }

    private HttpPost request(Claimed claimed, List<byte[]> secrets) {
        Instant now = clock.instant();
        String id = PublicId.DELIVERY.text(claimed.id());
        var request = new HttpPost(URI.create(claimed.url()));
        request.setHeader("webhook-id", id);
        request.setHeader("webhook-timestamp", Long.toString(now.getEpochSecond()));
        request.setHeader("webhook-signature", Signature.of(id, now, claimed.payload(), secrets));
        if (claimed.traceparent() != null) {
            request.setHeader("traceparent", claimed.traceparent());
        }
        request.setHeader(HttpHeaders.CONNECTION, "close");
        request.setEntity(new StringEntity(claimed.payload(), ContentType.APPLICATION_JSON));
        return request;
    }

    private Answer answer(ClassicHttpResponse response) {
        int status = response.getCode();
        if (status >= 200 && status < 300) {
            return new Answer.Accepted(status);
        }
        if (status == Answer.Gone.STATUS) {
            return new Answer.Gone();
        }
        String reason = status / 100 == 3
                ? "The receiver redirected with %d, which is not followed.".formatted(status)
                : "The receiver answered %d.".formatted(status);
        return new Answer.Failed(status, reason, retryAfter(response.getFirstHeader(HttpHeaders.RETRY_AFTER)));
    }

    /** In seconds, or as a date. */
    private @Nullable Duration retryAfter(@Nullable Header header) {
        String value = header == null ? "" : Objects.requireNonNullElse(header.getValue(), "");
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(clock.instant(), at);
        } catch (DateTimeParseException neither) {
            return null;
        }
    }

    /** The words of an exception may tell of addresses inside, or repeat what the receiver said. */
    private String reason(IOException failure, boolean late) {
        return switch (failure) {
            case IOException any
            when late || any instanceof InterruptedIOException ->
                "The receiver did not answer within %s.".formatted(timeout);
            case UnknownHostException unknown -> Guard.reason(unknown);
            case ConnectException refused -> "The receiver cannot be connected to.";
            case SSLException untrusted -> "No secure connection could be made: check the receiver's certificate.";
            default -> "The connection broke before an answer came.";
        };
    }

    @Override
    public void destroy() throws IOException {
        watchdog.shutdownNow();
        http.close();
    }
}
