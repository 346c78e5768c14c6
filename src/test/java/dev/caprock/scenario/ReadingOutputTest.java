package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** A run's output as bytes. */
@ScenarioTest
class ReadingOutputTest {

    @Autowired
    private Scenario scenario;

    @Test
    void theBytesAreWhatTheAgentPrinted() throws IOException {
        var session = scenario.session()
                .shell("printf 'a\\0b\\303'; printf '\\251\\377' ; head -c 700000 /dev/zero | tr '\\0' x; echo no >&2")
                .start();
        session.awaitClosed();

        byte[] out = bytes(session, "");
        assertThat(out)
                .hasSize(6 + 700_000)
                .startsWith('a', 0, 'b', 0xc3, 0xa9, 0xff)
                .endsWith('x', 'x');
        assertThat(bytes(session, "?after=4")).hasSize(2 + 700_000).startsWith(0xa9, 0xff);
        assertThat(bytes(session, "?after=700006")).isEmpty();
        assertThat(bytes(session, "?after=9999999&follow=true")).isEmpty();
        assertThat(bytes(session, "?stream=stderr")).asString().isEqualTo("no\n");
    }

    @Test
    void followingGoesOnToTheEndOfTheRun() throws IOException {
        var session = scenario.session()
                .shell("echo first; sleep 1; echo last")
                .with("closeWhen", "expired")
                .start();
        session.awaitPrinted("first");

        HttpResponse<InputStream> response = scenario.http().stream(output(session) + "?follow=true");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(new String(response.body().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("first\nlast\n");
        session.delete("now");
    }

    @Test
    void aRunLinksToItsOutput() {
        var session = scenario.session().shell("echo here").start();
        session.awaitClosed();

        String link = session.run().at("/links/stdout").stringValue();

        assertThat(scenario.http().get(link).body()).isEqualTo("here\n");
    }

    @ParameterizedTest
    @CsvSource({"?stream=stdin, 400, /stream", "?after=-1, 400, /after", "?after=x, 400, /after"})
    void whatMakesNoSenseIsRefused(String query, int status, String pointer) {
        var session = scenario.session().shell("true").start();

        Reply reply = scenario.http().get(output(session) + query);

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.json().at("/errors/0/pointer").stringValue()).isEqualTo(pointer);
    }

    @Test
    void anotherRunIsNotThere() {
        var session = scenario.session().shell("true").start();
        var other = scenario.session().shell("true").start();

        String path = session.path() + "/runs/" + other.runId(1) + "/output";

        assertThat(scenario.http().get(path).status()).isEqualTo(404);
        assertThat(scenario.http().get(path.replace(other.runId(1), "run_x")).status())
                .isEqualTo(404);
    }

    @Test
    void whatIsNotKeptAnyMoreIsGone() {
        var session = scenario.session().shell("echo here").start();
        session.awaitClosed();
        long last = session.events().size();
        forget(session);

        Reply output = scenario.http().get(output(session));
        Reply events = scenario.http().get(session.path() + "/events");
        Reply stream = scenario.http().get(session.path() + "/events?after=3", "Accept", "text/event-stream");

        assertThat(output.status()).isEqualTo(410);
        assertThat(events.status()).isEqualTo(410);
        assertThat(events.header("Link")).contains(session.path());
        assertThat(stream.status()).isEqualTo(410);
        assertThat(stream.json().path("code").stringValue()).isEqualTo("events_forgotten");
        assertThat(scenario.http()
                        .get(session.path() + "/events?after=" + last, "Accept", "text/event-stream")
                        .status())
                .as("who has read all is not told that it is gone")
                .isEqualTo(204);
    }

    /** As retention does, which drops whole partitions. */
    private void forget(StartedSession session) {
        scenario.database()
                .sql(
                        "set session_replication_role = replica; delete from journal where session_id = '%1$s'; delete from output where session_id = '%1$s'; reset session_replication_role"
                                .formatted(session.uuid()))
                .update();
    }

    private byte[] bytes(StartedSession session, String query) throws IOException {
        try (InputStream body = scenario.http().stream(output(session) + query).body()) {
            return body.readAllBytes();
        }
    }

    private static String output(StartedSession session) {
        return session.path() + "/runs/" + session.runId(1) + "/output";
    }
}
