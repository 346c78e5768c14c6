package dev.caprock.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Agents that print what nobody expects, or end as nobody should: the truth is told of each, and nothing stays. */
@ScenarioTest
class DifficultAgentTest {

    private static final String NASTY =
            "it's \"quoted\" $(touch hacked) `touch hacked` \\ \t* %s -n ü 漢 🎉\r\n\n$HOME ${PATH}\nno end";

    @Autowired
    private Scenario scenario;

    @Test
    void fiftyMegabytesArriveAsTheyAre() {
        byte[] line = "0123456789 the quick brown fox jumps over the lazy dog ü\n".getBytes(UTF_8);
        byte[] expected = new byte[50 << 20];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = line[i % line.length];
        }
        var session = scenario.session()
                .shell("yes '0123456789 the quick brown fox jumps over the lazy dog ü' | head -c %d"
                        .formatted(expected.length))
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(Arrays.equals(session.output("stdout"), expected)).isTrue();
    }

    @Test
    void bytesThatAreNoTextAreKeptAndShownAsFarAsTheyCanBe() {
        var session = scenario.session()
                .shell(
                        "printf 'a\\000b\\377\\303'; sleep 0.3; printf '\\251\\360\\237'; sleep 0.3; printf '\\216\\211\\n\\342\\202'")
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.output("stdout"))
                .containsExactly('a', 0, 'b', 0xff, 0xc3, 0xa9, 0xf0, 0x9f, 0x8e, 0x89, '\n', 0xe2, 0x82);
        assertThat(textOf(session, "stdout")).isEqualTo("a\0b\ufffdé🎉\n\ufffd");
    }

    @Test
    void bothStreamsAreKeptApart() {
        var session = scenario.session()
                .shell("i=0; while [ $i -lt 500 ]; do i=$((i + 1)); echo out $i; echo error $i >&2; done")
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo(lines("out "));
        assertThat(session.text("stderr")).isEqualTo(lines("error "));
    }

    @Test
    void anAgentThatTruncatesItsOutputIsWarnedOfAndRunsToItsEnd() {
        var session = scenario.session().shell("""
                        echo before
                        until [ -f ~/go ]; do sleep 0.1; done
                        : >~/.caprock/runs/1/stdout
                        echo after""").start();
        session.awaitPrinted("before");
        Endings.letGo(session);

        Endings.assertSucceeded(scenario, session);
        assertThat(session.events("session.warning"))
                .extracting(event -> event.text("code"))
                .contains("output_truncated");
        assertThat(session.text("stdout")).startsWith("before\n").endsWith("after\n");
    }

    @Test
    void aChildThatHoldsTheOutputDoesNotHoldTheRun() {
        var session = scenario.session()
                .shell("sleep 600 & setsid sleep 600 & echo done")
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo("done\n");
        var started = session.awaitEvent("run.started").at();
        assertThat(session.awaitEvent("run.finished").at()).isBefore(started.plus(Duration.ofSeconds(15)));
    }

    @Test
    void anAgentThatIsKilledTogetherWithItsRunnerIsLost() {
        var session = scenario.session()
                .shell("echo here; read runner birth <~/.caprock/runs/1/pid; kill -9 \"$runner\" $$")
                .start();

        Endings.assertFailed(scenario, session, "agent_lost");
        assertThat(session.run().path("status").stringValue("")).isEqualTo("lost");
        assertThat(session.run().has("exitCode")).isFalse();
        assertThat(session.text("stdout")).isEqualTo("here\n");
    }

    @Test
    void anAgentThatIsKilledAloneFailsByItsSignal() {
        var session = scenario.session().shell("echo here; kill -9 $$").start();

        Endings.assertFailed(scenario, session, "agent_failed");
        assertThat(session.run().path("signal").intValue()).isEqualTo(9);
        assertThat(session.run().path("exitCode").intValue()).isEqualTo(137);
        assertThat(session.text("stdout")).isEqualTo("here\n");
    }

    @Test
    void aMegabyteOfPromptArrivesAsItIs() {
        String prompt = NASTY.repeat((1 << 20) / NASTY.length());
        var session = scenario.session().shell("cat").prompt(prompt).start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout").equals(prompt)).isTrue();
    }

    @Test
    void argumentsAndEnvironmentArriveAsTheyAre() {
        var session = scenario.session()
                .command(
                        "sh",
                        "-c",
                        "printf '%s\\000' \"$@\" \"$NASTY\" \"${EMPTY-unset}\" \"$SECRET\"",
                        NASTY,
                        "",
                        NASTY,
                        "-n")
                .env("NASTY", NASTY)
                .env("EMPTY", "")
                .secret("SECRET", NASTY + NASTY)
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout").split("\0", -1))
                .containsExactly("", NASTY, "-n", NASTY, "", NASTY + NASTY, "");
        assertThat(scenario.simulators().mesa().files(session.repo(), "main")).containsOnlyKeys("README.md");
    }

    private static String textOf(StartedSession session, String stream) {
        var text = new StringBuilder();
        session.events("run.output").stream()
                .filter(event -> event.text("stream").equals(stream))
                .forEach(event -> text.append(event.text("text")));
        return text.toString();
    }

    private static String lines(String prefix) {
        var lines = new StringBuilder();
        IntStream.rangeClosed(1, 500)
                .forEach(i -> lines.append(prefix).append(i).append('\n'));
        return lines.toString();
    }
}
