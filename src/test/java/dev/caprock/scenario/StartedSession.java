package dev.caprock.scenario;

import dev.caprock.id.PublicId;
import dev.caprock.simulator.machine.Machine;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A session that was accepted, with a live reader of its events. */
public final class StartedSession {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Scenario scenario;
    private final String id;
    private final String repo;
    private final Reply accepted;
    private final EventReader reader;

    StartedSession(Scenario scenario, Reply accepted, String repo) {
        this.scenario = scenario;
        this.accepted = accepted;
        this.repo = repo;
        this.id = accepted.json().path("id").stringValue("");
        this.reader = EventReader.start(scenario.http(), path() + "/events");
    }

    public String id() {
        return id;
    }

    public UUID uuid() {
        return PublicId.SESSION.parse(id).orElseThrow();
    }

    public String path() {
        return "/v1/sessions/" + id;
    }

    /** The repo that it works on. */
    public String repo() {
        return repo;
    }

    /** Its own bookmark. */
    public String bookmark() {
        return "session/" + PublicId.digits(uuid());
    }

    /** The answer to the request that made it. */
    public Reply accepted() {
        return accepted;
    }

    /** What GET says now. */
    public JsonNode body() {
        return scenario.http().get(path()).json();
    }

    /** The first run as GET shows it. */
    public JsonNode run() {
        return body().path("runs").path(0);
    }

    /** All runs as GET shows them, by number. */
    public JsonNode runs() {
        return scenario.http().get(path() + "/runs").json().path("runs");
    }

    /** Asks for a further run. */
    public Reply queueRun(String prompt) {
        return scenario.http().post(path() + "/runs", Map.of("prompt", prompt));
    }

    /** Cancels the run of this number. */
    public Reply cancelRun(int number) {
        return scenario.http().post(path() + "/runs/" + runId(number) + "/cancel", Map.of());
    }

    /** The id of the run of this number. */
    public String runId(int number) {
        return runs().path(number - 1).path("id").stringValue("");
    }

    public Reply delete(String mode) {
        return scenario.http().delete(path() + "?mode=" + mode);
    }

    /** Waits until it is, or was, of this status. */
    public StartedSession awaitStatus(String status) {
        awaitEvent("status " + status, event -> event.tells(status));
        return this;
    }

    /** Waits for its end. What GET says then. */
    public JsonNode awaitClosed() {
        awaitStatus("closed");
        return body();
    }

    public SeenEvent awaitEvent(String type) {
        return awaitEvent(type, event -> event.is(type));
    }

    /** Waits until the agent has printed a text (in one piece) to any stream. */
    public SeenEvent awaitPrinted(String text) {
        return awaitEvent(
                "output " + text,
                event -> event.is("run.output") && event.text("text").contains(text));
    }

    public SeenEvent awaitEvent(String name, Predicate<SeenEvent> wanted) {
        try {
            return reader.await(wanted, LIMIT)
                    .orElseThrow(() -> new AssertionError("no %s of %s in %s; it saw %s and is %s"
                            .formatted(name, id, LIMIT, reader.seen(), body())));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, stopped);
        }
    }

    /** What the live reader has seen so far. */
    public List<SeenEvent> seen() {
        return reader.seen();
    }

    /** All events that the service has stored, read as JSON pages. */
    public List<SeenEvent> events() {
        var all = new ArrayList<SeenEvent>();
        JsonNode page = page(0);
        while (!page.path("events").isEmpty()) {
            page.path("events").forEach(event -> all.add(SeenEvent.of(event, Instant.now())));
            page = page(page.path("last").longValue());
        }
        return all;
    }

    public List<SeenEvent> events(String type) {
        return events().stream().filter(event -> event.is(type)).toList();
    }

    private JsonNode page(long after) {
        return scenario.http().get(path() + "/events?after=" + after).json();
    }

    /** The exact bytes of the first run's output, as its events announce them: each at its offset, in their order. */
    public byte[] output(String stream) {
        return scenario.output(this, stream);
    }

    public String text(String stream) {
        return new String(output(stream), StandardCharsets.UTF_8);
    }

    /** The id of its sandbox, waited for. */
    public String sandboxId() {
        return awaitEvent("sandbox.created").text("sandboxId");
    }

    /** The simulated machine behind its sandbox; only while that is alive. */
    public Machine machine() {
        return maker().machine(sandboxId());
    }

    /** Has its sandbox end as if its host had died. */
    public void killSandbox() {
        maker().killFromOutside(sandboxId());
    }

    private SandboxMaker maker() {
        return scenario.maker(accepted.json().path("provider").stringValue(""));
    }

    void stopReading() {
        reader.stop();
    }
}
