package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@ScenarioTest
class ReadingEventsTest {

    @Autowired
    private Scenario scenario;

    @Test
    void aStreamGoesOnWhereAReaderLeftOffAndEndsWithTheSession() {
        var session = scenario.session().shell("echo 1; echo 2 >&2").start();
        session.awaitClosed();
        long last = session.events().size();

        for (long after = 0; after < last; after += 5) {
            String id = Long.toString(after);
            Reply byHeader = stream(session, "", "Last-Event-ID", id);
            assertThat(ids(byHeader))
                    .isEqualTo(LongStream.rangeClosed(after + 1, last).boxed().toList());
            assertThat(ids(stream(session, "?after=" + id))).isEqualTo(ids(byHeader));
        }
        assertThat(ids(stream(session, "?after=0", "Last-Event-ID", Long.toString(last - 1))))
                .containsExactly(last);
        assertThat(stream(session, "", "Last-Event-ID", Long.toString(last)).status())
                .isEqualTo(204);
        assertThat(stream(session, "?after=" + last).status()).isEqualTo(204);
        scenario.assertEndedClean(session);
    }

    @Test
    void aStreamThatBreaksWhileTheAgentRunsIsResumedWithoutGapOrDuplicate() throws IOException {
        var session = scenario.session().shell("echo first; sleep 2; echo last").start();
        session.awaitPrinted("first");

        List<Long> ids = new ArrayList<>();
        try (var lines = lines(session, 0)) {
            for (String line = lines.readLine(); !line.contains("first"); line = lines.readLine()) {
                addId(line, ids);
            }
        }
        try (var lines = lines(session, ids.getLast())) {
            lines.lines().forEach(line -> addId(line, ids));
        }

        assertThat(ids)
                .isEqualTo(LongStream.rangeClosed(1, session.events().size())
                        .boxed()
                        .toList());
        scenario.assertEndedClean(session);
    }

    @Test
    void aSilentStreamBeats() throws IOException {
        var session = scenario.session().shell("echo up; sleep 60").start();
        session.awaitPrinted("up");

        try (var lines = lines(session, 0)) {
            assertThat(lines.readLine()).startsWith("retry: ");
            String line = lines.readLine();
            while (!line.startsWith(":")) {
                line = lines.readLine();
            }
        }

        session.delete("now");
        scenario.assertEndedClean(session);
    }

    @Test
    void aPageHoldsWhatComesAfterAndTellsWhereItEnds() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();

        JsonNode page =
                scenario.http().get(session.path() + "/events?after=2&limit=3").json();

        assertThat(page.path("events").findValuesAsString("seq")).containsExactly("3", "4", "5");
        assertThat(page.path("last").longValue()).isEqualTo(5);
        JsonNode beyond =
                scenario.http().get(session.path() + "/events?after=9999").json();
        assertThat(beyond.path("events")).isEmpty();
        assertThat(beyond.path("last").longValue()).isEqualTo(9999);
        scenario.assertEndedClean(session);
    }

    private Reply stream(StartedSession session, String query, String... headers) {
        var all = new ArrayList<>(List.of("Accept", "text/event-stream"));
        all.addAll(List.of(headers));
        return scenario.http().get(session.path() + "/events" + query, all.toArray(String[]::new));
    }

    private BufferedReader lines(StartedSession session, long after) {
        var response = scenario.http().stream(
                session.path() + "/events", "Accept", "text/event-stream", "Last-Event-ID", Long.toString(after));
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static List<Long> ids(Reply stream) {
        var ids = new ArrayList<Long>();
        stream.body().lines().forEach(line -> addId(line, ids));
        return ids;
    }

    private static void addId(String line, List<Long> ids) {
        if (line.startsWith("id: ")) {
            ids.add(Long.valueOf(line.substring(4)));
        }
    }
}
