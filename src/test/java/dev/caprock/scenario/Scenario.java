package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.access.DevelopmentKeys;
import dev.caprock.id.PublicId;
import dev.caprock.simulator.Simulators;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Starts sessions on a running service with simulated remotes, and looks at what became of them. */
public final class Scenario {

    /** The service's, in every scenario. */
    public static final String MASTER_KEY = "c2NlbmFyaW8tbWFzdGVyLWtleS1ub3QtYS1zZWNyZXQ=";

    /** What opens the metrics, in every scenario. */
    public static final String SCRAPE_TOKEN = "scrape-token-of-scenarios-not-a-secret";

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final AtomicInteger REPOS = new AtomicInteger();

    private final HttpCalls http;
    private final Simulators simulators;
    private final JdbcClient database;
    private final List<SandboxMaker> makers;
    private final List<StartedSession> sessions = new CopyOnWriteArrayList<>();

    /** @param service where the service is; asked at each call, so that it may move */
    public Scenario(Supplier<URI> service, Simulators simulators, DataSource database) {
        this(service, simulators, database, List.of());
    }

    /** @param others makers of sandboxes beside those of the simulators */
    Scenario(Supplier<URI> service, Simulators simulators, DataSource database, List<SandboxMaker> others) {
        this.makers = Stream.concat(
                        Stream.of(SandboxMaker.e2b(simulators), SandboxMaker.vercel(simulators)), others.stream())
                .toList();
        this.http = new HttpCalls(service, DevelopmentKeys.admin(database));
        this.simulators = simulators;
        this.database = JdbcClient.create(database);
    }

    public SessionDraft session() {
        return new SessionDraft(this);
    }

    public HttpCalls http() {
        return http;
    }

    public Simulators simulators() {
        return simulators;
    }

    public JdbcClient database() {
        return database;
    }

    /** Who makes the sandboxes of a provider. */
    SandboxMaker maker(String provider) {
        return makers.stream()
                .filter(maker -> maker.provider().equals(provider))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("nobody simulates " + provider));
    }

    /** Makes a repo of its own for a test. Its name. */
    public String repo(Map<String, String> files) {
        String name = "repo-of-scenario-" + REPOS.incrementAndGet();
        simulators.mesa().createRepo(name, files);
        return name;
    }

    StartedSession started(Reply accepted, String repo) {
        var session = new StartedSession(this, accepted, repo);
        sessions.add(session);
        return session;
    }

    /** Waits for their ends and checks what holds of every session then. */
    public void assertEndedClean(StartedSession... ended) {
        for (StartedSession session : ended) {
            session.awaitClosed();
            assertNothingIsAlive(session);
            assertJournalIsDense(session);
        }
    }

    /** No sandbox, no process, no Mesa key, no place in the loop and no secret of it is left. */
    public void assertNothingIsAlive(StartedSession session) {
        String digits = PublicId.digits(session.uuid());
        assertThat(makers).allSatisfy(maker -> assertThat(maker.live()).noneMatch(tags -> tags.containsValue(digits)));
        assertThat(processesOf(session)).isEmpty();
        List<String> keys = keyNames(session);
        assertThat(simulators.mesa().liveKeys()).noneMatch(key -> keys.contains(Objects.toString(key.name(), "")));
        await().atMost(LIMIT).until(() -> places(session) == 0); // its place is given up just after it has closed
    }

    /** The seqs are 1 to n, the first event says queued, the last one closed, and the live reader got the same. */
    public void assertJournalIsDense(StartedSession session) {
        List<SeenEvent> events = session.events();
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).seq()).isEqualTo(i + 1);
        }
        assertThat(events.getFirst().tells("queued")).isTrue();
        assertThat(events.getLast().tells("closed")).isTrue();
        assertThat(session.seen())
                .extracting(SeenEvent::envelope)
                .isEqualTo(events.stream().map(SeenEvent::envelope).toList());
    }

    private long places(StartedSession session) {
        return database.sql("""
                        select count(*) from agenda
                            where id = :id or id in (select id from run where session_id = :id)""").param("id", session.uuid()).query(Long.class).single();
    }

    private List<String> keyNames(StartedSession session) {
        return database.sql("""
                        select 'caprock-' || replace(attempt::text, '-', '') as name from resource
                            where session_id = :id and kind = 'CREDENTIAL' and attempt is not null""")
                .param("id", session.uuid())
                .query(Scenario::name)
                .list();
    }

    private static String name(ResultSet row, int number) throws SQLException {
        return row.getString("name");
    }

    /** E2B's sandboxes tell their processes their id, and children inherit it; the others' simulators look themselves. */
    private List<String> processesOf(StartedSession session) {
        List<String> marks = session.events("sandbox.created").stream()
                .map(event -> "E2B_SANDBOX_ID=" + event.text("sandboxId"))
                .toList();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> List.of(read(process.resolve("environ")).split("\0", -1)).stream()
                            .anyMatch(marks::contains))
                    .map(process -> read(process.resolve("cmdline")))
                    .toList();
        } catch (IOException noProc) {
            return List.of(); // not Linux: the machines' own ends are checked by the simulator
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    byte[] output(StartedSession session, String stream) {
        var bytes = new ByteArrayOutputStream();
        for (SeenEvent event : session.events("run.output")) {
            if (event.text("stream").equals(stream)) {
                JsonNode data = event.data();
                assertThat(data.path("offset").longValue()).isEqualTo(bytes.size());
                bytes.writeBytes(piece(session, event, stream));
                assertThat(data.path("offset").longValue() + data.path("length").longValue())
                        .isEqualTo(bytes.size());
            }
        }
        return bytes.toByteArray();
    }

    private byte[] piece(StartedSession session, SeenEvent event, String stream) {
        UUID run = PublicId.RUN
                .parse(event.envelope().path("runId").stringValue(""))
                .orElseThrow();
        return database.sql("""
                        select bytes from output
                            where session_id = :session and run_id = :run and stream = :stream and "offset" = :offset""")
                .param("session", session.uuid())
                .param("run", run)
                .param("stream", stream.equals("stdout") ? 1 : 2)
                .param("offset", event.data().path("offset").longValue())
                .query(byte[].class)
                .single();
    }

    /** Clears all faults, and closes what is still open. */
    void endAll() {
        makers.forEach(SandboxMaker::clearFaults);
        simulators.mesa().faults().clear();
        simulators.mounts().faults().clear();
        var ended = List.copyOf(sessions);
        var open = new ArrayList<>(ended);
        sessions.clear();
        open.removeIf(session -> session.body().path("status").stringValue("").equals("closed"));
        open.forEach(session -> session.delete("now"));
        open.forEach(StartedSession::awaitClosed);
        ended.forEach(StartedSession::stopReading);
    }
}
