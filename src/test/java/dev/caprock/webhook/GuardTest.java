package dev.caprock.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {

    private final Names names = new Names();
    private final Guard guard = new Guard(Defaults.settings(false), names);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "gopher://example.com/",
                "example.com",
                "//example.com/",
                "https:",
                "https://",
                "https:///hook",
                "https:example.com",
                "https://user@example.com/",
                "https://user:secret@example.com/",
                "https://@example.com/",
                "https://example.com/#part",
                "https://example.com/#",
                "https://example.com:22/",
                "https://example.com:80/",
                "https://example.com:0/",
                "https://example.com:65536/",
                "https://example.com:1023/",
                "https://example.com:-5/",
                "https://exämple.com/",
                "https://example.com/a b",
                "https://example.com/\u0000",
                "https://under_score.example/",
                "https://[::1/",
                "https://example.com\\@10.0.0.1/",
                "javascript:alert(1)",
                ""
            })
    void whatIsNoPlainSecureAddressIsAMistake(String url) {
        assertThat(guard.mistake(url)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "https://example.com/hook?key=a%20b",
                "HTTPS://EXAMPLE.com:443/",
                "https://a.b:8443/x",
                "https://1.1.1.1/",
                "https://[2606:4700::1111]:1024/",
                "https://example.com./"
            })
    void plainSecureAddressesAreNone(String url) {
        assertThat(guard.mistake(url)).isEmpty();
    }

    @Test
    void anAddressHasABound() {
        String url = "https://example.com/" + "a".repeat(2048 - 20);

        assertThat(guard.mistake(url)).isEmpty();
        assertThat(guard.mistake(url + "a")).isPresent();
    }

    @Test
    void httpIsForTheOperatorToAllow() {
        var open = new Guard(Defaults.settings(true), names);

        assertThat(open.mistake("http://example.com/")).isEmpty();
        assertThat(open.mistake("http://example.com:80/")).isEmpty();
        assertThat(open.mistake("http://example.com:443/")).isPresent();
        assertThat(open.mistake("ftp://example.com/")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a9fe:a9fe]/",
                "https://169.254.169.254/latest/meta-data", "https://10.0.0.1:8443/", "https://0.0.0.0/",
                        "https://[::]/",
                "https://[fe80::1%25lo]/", "https://[64:ff9b::7f00:1]/"
            })
    void addressesInsideAreRefused(String url) {
        assertThat(guard.mistake(url).or(() -> guard.refusal(URI.create(url)))).isPresent();
    }

    /** Whatever a system's resolver makes of these, it must not be loopback. */
    @ParameterizedTest
    @ValueSource(strings = {"https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://localhost/"})
    void otherWritingsOfLoopbackAreRefused(String url) {
        var real = new Guard(Defaults.settings(false));

        assertThat(real.mistake(url).or(() -> real.refusal(URI.create(url)))).isPresent();
    }

    /** Whoever chooses a receiver chooses its name server too. */
    @Test
    @Timeout(20)
    void aNameServerThatNeverAnswersHoldsUpNobodyForLong() throws InterruptedException {
        names.hang("hole.example").say("hole.example", "1.1.1.1").say("fine.example", "1.1.1.1");
        var refused = new AtomicInteger();
        List<Thread> many = Stream.generate(() -> Thread.ofVirtual().start(() -> {
                    if (guard.refusal(URI.create("https://hole.example/")).isPresent()) {
                        refused.incrementAndGet();
                    }
                }))
                .limit(200)
                .toList();
        for (Thread each : many) {
            each.join();
        }
        assertThat(refused).hasValue(200);
        assertThat(guard.refusal(URI.create("https://fine.example/")))
                .hasValueSatisfying(reason -> assertThat(reason).contains("cannot be resolved"));

        names.answerAll();
        assertThat(guard.refusal(URI.create("https://fine.example/"))).isEmpty();
        assertThat(names.asked()).hasSizeLessThan(12); // what nobody waits for is not looked up later
    }

    @Test
    void oneAddressInsideIsEnoughToRefuseAName() {
        names.say("both.example", "1.1.1.1 10.0.0.1").say("fine.example", "1.1.1.1 2606:4700::1111");

        assertThat(guard.refusal(URI.create("https://both.example/")))
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("not public").doesNotContain("10."));
        assertThat(guard.refusal(URI.create("https://fine.example/"))).isEmpty();
        assertThat(guard.refusal(URI.create("https://nobody.example/")))
                .hasValueSatisfying(reason -> assertThat(reason).contains("resolved"));
    }
}
