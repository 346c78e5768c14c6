package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.caprock.crypto.Sha256;
import dev.caprock.scenario.HttpCalls;
import dev.caprock.scenario.Reply;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import dev.caprock.scenario.StartedSession;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** A web page reads a session's events with a ticket in the address. */
@ScenarioTest
class EventTicketsTest {

    private static final String[] STREAM = {"Accept", "text/event-stream"};
    private static final String PAGE = "https://dashboard.example";

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    @Autowired
    private EventTicketTable table;

    @Test
    void aStreamIsReadAndResumedWithTheTicketAlone() {
        var session = scenario.session().shell("echo up").start();
        JsonNode ticket = ticket(session);
        String url = ticket.path("url").stringValue();

        Reply whole = nobody().get(url, STREAM); // ends with the session
        Reply resumed = nobody().get(url + "&after=3", STREAM);

        assertThat(url).isEqualTo(session.path() + "/events?ticket=" + text(ticket));
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.header("Content-Type")).startsWith("text/event-stream");
        assertThat(ids(whole)).startsWith("1", "2", "3").hasSameSizeAs(session.events());
        assertThat(ids(resumed)).startsWith("4").hasSize(session.events().size() - 3);
        assertThat(nobody().get(url, "Accept", "text/event-stream", "Last-Event-ID", "3")
                        .body())
                .isEqualTo(resumed.body());
        assertThat(nobody().get(url, "Origin", PAGE).header("Access-Control-Allow-Origin"))
                .isEqualTo(PAGE);
    }

    @Test
    void aTicketLivesForAMinuteByTheDatabasesClock() {
        var session = closed();
        JsonNode ticket = ticket(session);
        Instant now = scenario.database()
                .sql("select clock_timestamp()")
                .query(Timestamp.class)
                .single()
                .toInstant();
        assertThat(Duration.between(now, Instant.parse(ticket.path("expiresAt").stringValue())))
                .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));

        assertThat(open(session, text(ticket)).status()).isEqualTo(200);

        turnBack(text(ticket), "interval '60 seconds'");

        assertRefused(open(session, text(ticket)));
        assertThat(table.forget(1000)).isPositive();
        assertThat(rows(text(ticket))).isZero();
    }

    @Test
    void onlyTicketsThatHaveExpiredAreForgotten() {
        var session = closed();
        String ticket = text(ticket(session));

        table.forget(1000);

        assertThat(rows(ticket)).isOne();
        assertThat(open(session, ticket).status()).isEqualTo(200);
    }

    @Test
    void aTicketIsForOneSession() {
        var session = closed();
        String ticket = text(ticket(closed()));

        assertRefused(open(session, ticket));
        assertRefused(open(session, ticket + "0"));
        assertRefused(open(session, ""));
        assertRefused(open(session, "tkt_" + "0".repeat(40)));
        assertRefused(nobody().get("/v1/sessions/none/events?ticket=" + ticket, STREAM));
    }

    @Test
    void aTicketOpensNothingElse() {
        var session = closed();
        String query = "?ticket=" + text(ticket(session));

        for (String path : List.of("", "/runs", "/diff", "/audit", "/receipt")) {
            assertThat(nobody().get(session.path() + path + query).status())
                    .as(path)
                    .isEqualTo(401);
        }
        assertThat(nobody().get("/v1/sessions" + query).status()).isEqualTo(401);
        for (String method : List.of("POST", "DELETE", "PATCH", "HEAD")) {
            assertThat(send(method, session.path() + "/events" + query))
                    .as(method)
                    .isEqualTo(401);
        }
        assertThat(send("POST", session.path() + "/events/ticket" + query)).isEqualTo(401);
        assertThat(send("DELETE", session.path() + query)).isEqualTo(401);
    }

    @Test
    void aTicketIsNoBearerAndStandsInForNone() {
        var session = closed();
        String ticket = text(ticket(session));

        assertThat(scenario.http().as(ticket).get(session.path() + "/events").status())
                .isEqualTo(401);
        assertThat(scenario.http()
                        .as("cap_wrong")
                        .get(session.path() + "/events?ticket=" + ticket)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void whoeverMayReadTheSessionMayAskForOneAndNobodyElse() {
        var session = closed();
        String path = session.path() + "/events/ticket";

        assertThat(as("default", Scope.SESSIONS_READ).post(path, "").status()).isEqualTo(201);
        assertThat(as("default", Scope.SESSIONS_WRITE).post(path, "").status()).isEqualTo(403);
        assertThat(as("another-" + UUID.randomUUID(), Scope.ADMIN)
                        .post(path, "")
                        .status())
                .isEqualTo(404);
        assertThat(nobody().post(path, "").status()).isEqualTo(401);
    }

    /** At DEBUG the framework logs queries. */
    @Test
    void aTicketIsInNoRowLogLineOrProblem() {
        var session = closed();
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        List<Logger> loggers = List.of("org.springframework", "dev.caprock", "org.apache.catalina").stream()
                .map(name -> (Logger) LoggerFactory.getLogger(name))
                .toList();
        loggers.forEach(logger -> {
            logger.setLevel(Level.DEBUG);
            logger.setAdditive(false);
            logger.addAppender(lines);
        });
        String ticket;
        String refused;
        try {
            ticket = text(ticket(session));
            assertThat(open(session, ticket).status()).isEqualTo(200);
            refused = open(session, ticket + "x").body()
                    + nobody().get(session.path() + "?ticket=" + ticket).body()
                    + nobody().get(session.path() + "/events?limit=0&ticket=" + ticket)
                            .body()
                    + nobody().get(session.path() + "/none?ticket=" + ticket).body();
        } finally {
            loggers.forEach(logger -> {
                logger.detachAppender(lines);
                logger.setAdditive(true);
                logger.setLevel(null);
            });
        }

        String log = List.copyOf(lines.list).stream()
                .map(line -> line.getFormattedMessage() + line.getMDCPropertyMap())
                .collect(Collectors.joining("\n"));
        assertThat(log).contains(session.path() + "/events").contains("limit=0").doesNotContain(ticket);
        assertThat(refused).contains("\"instance\"").doesNotContain(ticket);
        assertThat(scenario.database()
                        .sql("select string_agg(t::text, ' ') from event_ticket t")
                        .query(String.class)
                        .single())
                .doesNotContain(ticket, ticket.substring(4));
    }

    @Test
    void askingForATicketIsRecorded() {
        var session = closed();
        ticket(session);

        String recorded = scenario.database()
                .sql("""
                        select subject || ' ' || outcome || ' ' || detail::text from audit
                            where action = 'event-ticket.create' and target = :target""")
                .param("target", session.id())
                .query(String.class)
                .single();

        assertThat(recorded)
                .startsWith("key:")
                .contains("succeeded", "expiresAt")
                .doesNotContain("tkt_");
    }

    private StartedSession closed() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        return session;
    }

    private JsonNode ticket(StartedSession session) {
        Reply reply = scenario.http().post(session.path() + "/events/ticket", "");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("Cache-Control")).contains("no-store");
        assertThat(text(reply.json())).matches("tkt_[0-9a-f]{40}");
        return reply.json();
    }

    private static String text(JsonNode ticket) {
        return ticket.path("ticket").stringValue();
    }

    private Reply open(StartedSession session, String ticket) {
        return nobody().get(session.path() + "/events?ticket=" + ticket, STREAM);
    }

    private int send(String method, String path) {
        return nobody().send(method, path, BodyPublishers.noBody()).status();
    }

    private static void assertRefused(Reply reply) {
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.json().path("code").stringValue()).isEqualTo("invalid_ticket");
    }

    private static List<String> ids(Reply stream) {
        return stream.body()
                .lines()
                .filter(line -> line.startsWith("id: "))
                .map(line -> line.substring(4))
                .toList();
    }

    private void turnBack(String ticket, String time) {
        scenario.database()
                .sql("update event_ticket set expires_at = expires_at - " + time + " where hash = :hash")
                .param("hash", Sha256.of(ticket))
                .update();
    }

    private long rows(String ticket) {
        return scenario.database()
                .sql("select count(*) from event_ticket where hash = :hash")
                .param("hash", Sha256.of(ticket))
                .query(Long.class)
                .single();
    }

    private HttpCalls nobody() {
        return scenario.http().as(null);
    }

    private HttpCalls as(String tenant, Scope... scopes) {
        return scenario.http().as(DevelopmentKeys.make(database, tenant, scopes));
    }
}
