package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Sessions as chance has them, of which is known what their agents print and leave behind. */
final class Load {

    private static final List<String> PROVIDERS = List.of("e2b", "vercel");
    private static final List<String> CREDENTIALS = List.of("derived-token", "session-key", "access-token", "layout");

    /** @param lines that the agent prints, if it is let: its count from 1 */
    private record Job(StartedSession session, int lines, int exitCode) {}

    private final Scenario scenario;
    private final Random random;
    private final List<Job> jobs = new ArrayList<>();

    Load(Scenario scenario, Random random) {
        this.scenario = scenario;
        this.random = random;
    }

    int size() {
        return jobs.size();
    }

    /** How many have not ended, as far as their readers know. */
    long open() {
        return jobs.stream().filter(job -> !isClosed(job)).count();
    }

    private static boolean isClosed(Job job) {
        List<SeenEvent> seen = job.session().seen();
        return !seen.isEmpty() && seen.getLast().tells("closed");
    }

    void start() {
        int lines = random.nextInt(1, 2000);
        int exitCode = random.nextInt(5) == 0 ? 3 : 0;
        String pause = random.nextBoolean() ? "[ $((i % 200)) -ne 0 ] || sleep 0.3;" : "";
        SessionDraft draft = scenario.session()
                .with("provider", PROVIDERS.get(random.nextInt(2)))
                .with("credential", CREDENTIALS.get(random.nextInt(4)))
                .with("onSandboxLost", random.nextBoolean() ? "replace" : "fail")
                .without("template")
                .shell("i=0; while [ $i -lt %d ]; do i=$((i + 1)); echo $i; %s done; echo %d >lines.txt; exit %d"
                        .formatted(lines, pause, lines, exitCode));
        try {
            jobs.add(new Job(draft.start(), lines, exitCode));
        } catch (UncheckedIOException | AssertionError refused) {
            // the replica or its database is down just now; what was accepted all the same must end, too
        }
    }

    /** A caller changes its mind, now and then. */
    void disturb() {
        if (jobs.isEmpty() || random.nextInt(6) != 0) {
            return;
        }
        StartedSession session = jobs.get(random.nextInt(jobs.size())).session();
        try {
            Reply ignored = session.delete(random.nextBoolean() ? "graceful" : "now");
        } catch (UncheckedIOException refused) {
            // as above
        }
    }

    void awaitEnds() {
        jobs.forEach(job -> job.session().awaitClosed());
    }

    void assertEachTellsTheTruth() {
        jobs.forEach(Load.this::assertTellsTheTruth);
        assertThat(outcomes().getOrDefault("succeeded", 0L))
                .as("chaos is no excuse: %s", outcomes())
                .isGreaterThan(jobs.size() / 3);
    }

    private void assertTellsTheTruth(Job job) {
        JsonNode body = job.session().body();
        String printed = job.session().text("stdout");
        String all =
                IntStream.rangeClosed(1, job.lines()).mapToObj(i -> i + "\n").collect(Collectors.joining());
        boolean replaced = !job.session().events("sandbox.replaced").isEmpty();
        scenario.assertJournalIsDense(job.session());
        assertThat(job.session().events("session.status").stream().filter(event -> event.tells("closed")))
                .hasSize(1);
        if (!replaced) {
            assertThat(all).as(job.session().id()).startsWith(printed);
        }
        switch (body.path("outcome").stringValue("")) {
            case "succeeded" -> {
                assertThat(job.exitCode()).isZero();
                assertThat(printed).as(job.session().id()).endsWith(all);
                assertThat(lines(job)).isEqualTo(job.lines() + "\n");
            }
            case "failed" -> {
                if (body.at("/detail/code").stringValue("").equals("agent_failed")) {
                    assertThat(job.exitCode()).isEqualTo(3);
                    assertThat(printed).as(job.session().id()).endsWith(all);
                }
            }
            default -> assertThat(body.path("outcome").stringValue("")).isEqualTo("cancelled");
        }
    }

    private String lines(Job job) {
        byte[] file = scenario.simulators().mesa().file(job.session().repo(), "main", "lines.txt");
        return file == null ? "nothing" : new String(file, StandardCharsets.UTF_8);
    }

    private Map<String, Long> outcomes() {
        return jobs.stream()
                .map(job -> job.session().body().path("outcome").stringValue(""))
                .collect(Collectors.groupingBy(outcome -> outcome, TreeMap::new, Collectors.counting()));
    }

    @Override
    public String toString() {
        return "%d sessions: %s".formatted(jobs.size(), outcomes());
    }
}
