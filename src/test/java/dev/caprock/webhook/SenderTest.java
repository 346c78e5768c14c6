package dev.caprock.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.remote.TurnedClock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One attempt ends in bounded time at the address that was checked, whatever the receiver does. */
@Timeout(20)
class SenderTest {

    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Names names = new Names();
    private final WebhookSettings settings = Defaults.settings(true, "127.0.0.1");
    private final TurnedClock clock = new TurnedClock();
    private Receiver receiver = started();
    private Sender sender = sender(settings);

    @BeforeEach
    void aName() {
        names.say("hooks.example", "127.0.0.1");
    }

    @AfterEach
    void end() throws IOException {
        receiver.close();
        sender.destroy();
    }

    @Test
    void theReceiverIsSentWhatIsSignedUnderItsOwnName() {
        Answer answer = send(URI.create("http://hooks.example:%d/a%%20b?key=%%2F"
                .formatted(receiver.uri().getPort())));

        assertThat(answer).isEqualTo(new Answer.Accepted(204));
        assertThat(receiver.messages()).singleElement().satisfies(message -> {
            assertThat(message.header("host")).startsWith("hooks.example:");
            assertThat(message.header("content-type")).startsWith("application/json");
            assertThat(message.header("user-agent")).isEqualTo("Caprock-Webhooks/1");
            assertThat(message.id()).isEqualTo("dlv_00000000000000000000000000000001");
            assertThat(message.header("webhook-timestamp"))
                    .isEqualTo("" + clock.instant().getEpochSecond());
            assertThat(message.header("traceparent")).isEqualTo(TRACEPARENT);
            assertThat(message.body()).isEqualTo("{\"type\":\"t\"}");
            assertThat(message.isSignedWith("whsec_c2VjcmV0")).isTrue();
            assertThat(message.headers()).doesNotContainKeys("accept-encoding", "upgrade", "authorization", "cookie");
        });
        assertThat(names.asked()).containsExactly("hooks.example");
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 307, 308, 400, 401, 404, 500, 503})
    void whatIsNotSuccessIsFailureAndIsNotFollowed(int status) throws IOException {
        try (var inside = new Receiver()) {
            receiver.answers((message, exchange) -> {
                exchange.getResponseHeaders().add("Location", inside.uri().toString());
                exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"r\"");
                exchange.sendResponseHeaders(status, -1);
            });

            assertThat(send(receiver.uri())).isInstanceOfSatisfying(Answer.Failed.class, failed -> {
                assertThat(failed.status()).isEqualTo(status);
                assertThat(failed.reason()).contains("" + status);
            });
            assertThat(inside.messages()).isEmpty();
            assertThat(receiver.messages()).hasSize(1);
        }
    }

    @Test
    void goneIsGone() {
        receiver.answers(410);

        assertThat(send(receiver.uri())).isEqualTo(new Answer.Gone());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"120 | 120", "Sat, 21 Nov 2026 10:02:00 GMT | 120", "99999999999 | ", "soon | ", "-1 | "})
    void aReceiverMayAskForAPause(String header, Long seconds) {
        receiver.answers((message, exchange) -> {
            exchange.getResponseHeaders().add("Retry-After", header);
            exchange.sendResponseHeaders(429, -1);
        });

        assertThat(send(receiver.uri()))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> assertThat(failed.pause())
                                .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds)));
    }

    @Test
    void aNameServerThatNeverAnswersIsLeft() {
        names.hang("hole.example");

        assertThat(send(URI.create("http://hole.example/")))
                .isEqualTo(new Answer.Failed(null, "The host cannot be resolved.", null));
        names.answerAll();
    }

    @Test
    void anEndlessBodyIsNotRead() {
        receiver.answers((message, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] much = new byte[64 * 1024];
            for (int i = 0; i < 100_000; i++) {
                exchange.getResponseBody().write(much);
            }
        });

        assertThat(send(receiver.uri())).isEqualTo(new Answer.Accepted(200));
    }

    @Test
    void aReceiverThatNeverAnswersIsLeft() throws Exception {
        var never = new CountDownLatch(1);
        receiver.answers((message, exchange) -> {
            try {
                never.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });

        assertLate(send(receiver.uri()));
        never.countDown();
    }

    /** Each byte comes in time, the answer does not. */
    @ParameterizedTest
    @CsvSource({"http, 'HTTP/1.1 200 OK\r\nX-Slow: '", "https, '\u0016\u0003\u0003\u003f\u0000'"
    }) // the head of a TLS record
    void aReceiverThatAnswersByteByByteIsLeft(String scheme, String beginning) throws Exception {
        try (var server = raw(socket -> drip(socket.getOutputStream(), beginning))) {
            assertLate(send(URI.create("%s://127.0.0.1:%d/".formatted(scheme, server.getLocalPort()))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void aReceiverThatSaysNothingIsLeft(String scheme) throws Exception {
        try (var server = raw(socket -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()))) {
            assertLate(send(URI.create("%s://127.0.0.1:%d/".formatted(scheme, server.getLocalPort()))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Long: ", "X-Many: 1\r\n"})
    void headersHaveABound(String repeated) throws Exception {
        try (var server = raw(socket -> {
            var out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 1_000_000; i++) {
                out.write(repeated.getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            assertThat(send(URI.create("http://127.0.0.1:%d/".formatted(server.getLocalPort()))))
                    .isEqualTo(new Answer.Failed(null, "The connection broke before an answer came.", null));
        }
    }

    @Test
    void nobodyThereIsAFailure() {
        receiver.close();

        assertThat(send(receiver.uri()))
                .isEqualTo(new Answer.Failed(null, "The receiver cannot be connected to.", null));
    }

    /** The name was public when the webhook was made, and points inside when it is used. */
    @Test
    void aNameThatTurnsInsideIsNotConnectedTo() {
        names.say("rebound.example", "1.1.1.1", "127.0.0.2");
        var guard = new Guard(settings, names);
        assertThat(guard.refusal(URI.create("http://rebound.example/"))).isEmpty();

        assertThat(send(URI.create(
                        "http://rebound.example:%d/".formatted(receiver.uri().getPort()))))
                .isEqualTo(new Answer.Failed(null, "The host resolves to an address that is not public.", null));
        assertThat(receiver.messages()).isEmpty();
    }

    /** What was checked is what is connected to: nobody is asked a second time. */
    @Test
    void aNameThatTurnsBetweenCheckAndConnectionIsOfNoUse() {
        names.say("flipping.example", "127.0.0.1", "10.0.0.1", "10.0.0.1");

        assertThat(send(URI.create(
                        "http://flipping.example:%d/".formatted(receiver.uri().getPort()))))
                .isEqualTo(new Answer.Accepted(204));
        assertThat(names.asked()).containsExactly("flipping.example");
    }

    @Test
    void anAddressThatIsWrittenOutIsCheckedToo() throws IOException {
        var strict = sender(Defaults.settings(true));

        assertThat(strict.send(claimed(receiver.uri()), List.of(new byte[1])))
                .isEqualTo(new Answer.Failed(null, "The host resolves to an address that is not public.", null));
        assertThat(receiver.messages()).isEmpty();
        strict.destroy();
    }

    @Test
    void theCertificateMustBeForTheName(@TempDir Path folder) throws Exception {
        SSLContext tls = certified(folder, "hooks.example");
        names.say("other.example", "127.0.0.1");
        var trusting = new Sender(new Guard(settings, names), settings, clock, tls);
        var served = new AtomicInteger();
        try (var server = tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            accept(server, socket -> {
                socket.getInputStream().read(new byte[4096]);
                served.incrementAndGet();
                socket.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            });
            String untrusted = "No secure connection could be made: check the receiver's certificate.";

            assertThat(trusting.send(claimed(https("hooks.example", server)), List.of(new byte[1])))
                    .isEqualTo(new Answer.Accepted(204));
            assertThat(trusting.send(claimed(https("other.example", server)), List.of(new byte[1])))
                    .isEqualTo(new Answer.Failed(null, untrusted, null));
            assertThat(send(https("hooks.example", server))) // nobody whom the JDK trusts made it
                    .isEqualTo(new Answer.Failed(null, untrusted, null));
            assertThat(served).hasValue(1);
        }
        trusting.destroy();
    }

    private static URI https(String host, ServerSocket server) {
        return URI.create("https://%s:%d/".formatted(host, server.getLocalPort()));
    }

    private void assertLate(Answer answer) {
        assertThat(answer).isInstanceOfSatisfying(Answer.Failed.class, failed -> {
            assertThat(failed.status()).isNull();
            assertThat(failed.reason()).contains("within");
        });
    }

    private Answer send(URI url) {
        return sender.send(claimed(url), List.of("secret".getBytes(StandardCharsets.UTF_8)));
    }

    private static Claimed claimed(URI url) {
        return new Claimed(
                new UUID(0, 1),
                new UUID(0, 2),
                new UUID(0, 3),
                Instant.MAX,
                url.toString(),
                "{\"type\":\"t\"}",
                TRACEPARENT,
                1,
                false,
                List.of());
    }

    private Sender sender(WebhookSettings with) {
        try {
            return new Sender(new Guard(with, names), with, clock, SSLContext.getDefault());
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Receiver started() {
        try {
            return new Receiver();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private interface Talk {
        void with(Socket socket) throws IOException;
    }

    private static ServerSocket raw(Talk talk) throws IOException {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        accept(server, talk);
        return server;
    }

    private static void accept(ServerSocket server, Talk talk) {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            talk.with(socket);
                        } catch (IOException gone) {
                            // the other side has left, as it should
                        }
                    });
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private static void drip(OutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; ; i++) {
            out.write(i < bytes.length ? bytes[i] : 'x');
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }

    private static SSLContext certified(Path folder, String host) throws Exception {
        Path file = folder.resolve("store.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", store.getCertificate("a"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return tls;
    }
}
