package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** What must hold at the end of every session, however it came to its end. */
final class Endings {

    private Endings() {}

    static void assertSucceeded(Scenario scenario, StartedSession session) {
        assertOutcome(scenario, session, "succeeded");
        assertThat(session.run().path("status").stringValue("")).isEqualTo("succeeded");
    }

    static void assertFailed(Scenario scenario, StartedSession session, String code) {
        assertOutcome(scenario, session, "failed");
        assertThat(session.body().path("detail").path("code").stringValue("")).isEqualTo(code);
        assertThat(session.body().path("detail").path("remedy").stringValue("")).isNotBlank();
    }

    private static void assertOutcome(Scenario scenario, StartedSession session, String outcome) {
        var body = session.awaitClosed();
        assertThat(body.path("outcome").stringValue(""))
                .as(() -> body.toPrettyString() + session.events())
                .isEqualTo(outcome);
        scenario.assertEndedClean(session);
        assertEveryByteIsThere(session);
    }

    private static void assertEveryByteIsThere(StartedSession session) {
        var counted = session.run().path("outputBytes");
        assertThat(session.output("stdout")).hasSize(counted.path("stdout").intValue());
        assertThat(session.output("stderr")).hasSize(counted.path("stderr").intValue());
        assertThat(session.events("run.finished")).hasSize(1);
        assertThat(session.events("session.warning"))
                .extracting(event -> event.text("code"))
                .doesNotContain("output_incomplete");
    }

    /** Lets an agent go on that waits for {@code ~/go}. */
    static void letGo(StartedSession session) {
        try {
            Files.writeString(session.machine().home().resolve("go"), "");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
