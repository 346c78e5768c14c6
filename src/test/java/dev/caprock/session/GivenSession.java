package dev.caprock.session;

import static dev.caprock.session.ResourceKind.CREDENTIAL;
import static dev.caprock.session.ResourceKind.MOUNT;
import static dev.caprock.session.ResourceKind.PROCESS;
import static dev.caprock.session.ResourceKind.SANDBOX;
import static dev.caprock.session.ResourceKind.WORKSPACE;

import dev.caprock.id.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session that is brought to where a test wants it, by the aggregate's own verbs alone. Its time is set, its ids are
 * counted. It may stay open for an hour, and a run may take 20 minutes.
 */
public final class GivenSession {

    public static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    public static final Duration TTL = Duration.ofHours(1);
    public static final Duration RUN_TIMEOUT = Duration.ofMinutes(20);

    /** How long a sandbox lives unless it is extended; the same as in the service's defaults. */
    public static final Duration LEASE = Duration.ofMinutes(10);

    private final Session session;
    private final Ids ids;
    private Instant now = START;

    private GivenSession(Ids ids, NewSession request) {
        this.ids = ids;
        this.session = new Session(ids.next(), ids.next(), request, START);
    }

    /** Accepted; it closes by itself when its run has ended. */
    public static GivenSession queued() {
        return queued(CloseWhen.IDLE);
    }

    public static GivenSession queued(CloseWhen closeWhen) {
        return queued(closeWhen, OnSandboxLost.FAIL);
    }

    public static GivenSession queued(CloseWhen closeWhen, OnSandboxLost onSandboxLost) {
        return new GivenSession(new CountedIds(), request(closeWhen, onSandboxLost));
    }

    /** What the caller asked for: one repo to write, one to read. */
    public static NewSession request(CloseWhen closeWhen) {
        return request(closeWhen, OnSandboxLost.FAIL);
    }

    /** The same of another tenant's, at a provider that is named. */
    public static NewSession request(String tenant, String provider) {
        NewSession common = request(CloseWhen.IDLE);
        return new NewSession(
                tenant,
                common.createdBy(),
                provider,
                common.terms(),
                common.network(),
                common.repos(),
                common.labels());
    }

    private static NewSession request(CloseWhen closeWhen, OnSandboxLost onSandboxLost) {
        return new NewSession(
                "acme",
                "ann",
                "e2b",
                new Terms(
                        true,
                        "derived-token",
                        null,
                        null,
                        null,
                        List.of(),
                        Isolation.BRANCH,
                        Publish.MERGE,
                        new AgentChoice("command", null, List.of(), List.of("true"), Map.of()),
                        TTL,
                        RUN_TIMEOUT,
                        closeWhen,
                        onSandboxLost),
                Network.OPEN,
                List.of(
                        Repo.asked("web", Repo.Mode.RW, "main", false),
                        Repo.asked("docs", Repo.Mode.RO, "main", false)),
                Map.of());
    }

    public Session session() {
        return session;
    }

    public Ids ids() {
        return ids;
    }

    public Instant now() {
        return now;
    }

    public GivenSession later(Duration time) {
        now = now.plus(time);
        return this;
    }

    /** Sets the time to so long after the session was accepted. */
    public GivenSession at(Duration sinceStart) {
        now = START.plus(sinceStart);
        return this;
    }

    // ---- opening -------------------------------------------------------------------------------------------------

    /** Opening; nothing is made yet. */
    public GivenSession begun() {
        session.begin(now, ids);
        return this;
    }

    public GivenSession reposFound() {
        session.reposFound(session.repos().stream()
                .map(repo -> repo.found("id-of-" + repo.name(), "main"))
                .toList());
        return this;
    }

    /** Whoever was to make it has stored that it will. */
    public GivenSession intended(ResourceKind kind) {
        return intended(of(kind).id());
    }

    public GivenSession intended(UUID resource) {
        session.intend(resource, ids.next(), "account", now);
        return this;
    }

    /** It was intended, and is there. */
    public GivenSession live(ResourceKind kind) {
        Resource resource = of(kind);
        if (resource.is(ResourceState.ABSENT)) {
            intended(kind);
        }
        switch (kind) {
            case CREDENTIAL -> session.credentialMinted(resource.id(), "key-1", now.plus(TTL), now);
            case WORKSPACE -> {
                reposFound();
                session.workspaceOpened(
                        resource.id(),
                        session.repos().stream()
                                .map(repo -> repo.opened("base", repo.writable() ? "work" : null))
                                .toList(),
                        now);
            }
            case SANDBOX -> session.sandboxCreated(resource.id(), "sandbox-1", now.plus(LEASE), now);
            case MOUNT -> session.sandboxPrepared(resource.id(), now);
            case PROCESS -> session.runStarted(resource.id(), "42", now);
        }
        return this;
    }

    /** Credential, workspace and sandbox are there. */
    public GivenSession opened() {
        return begun().live(SANDBOX).live(CREDENTIAL).live(WORKSPACE);
    }

    /** Everything for the run is there, the mount included. */
    public GivenSession prepared() {
        return opened().live(MOUNT);
    }

    public GivenSession running() {
        return prepared().live(PROCESS);
    }

    /** The sandbox lives on without being extended. */
    public GivenSession leased(Duration fromNow) {
        session.sandboxExtended(of(SANDBOX).id(), now.plus(fromNow));
        return this;
    }

    // ---- going wrong ---------------------------------------------------------------------------------------------

    public GivenSession postponed(ResourceKind kind, Duration by) {
        session.postponed(of(kind).id(), "busy", now.plus(by));
        return this;
    }

    /** It was proved not to be there, and may be made after some time. */
    public GivenSession absent(ResourceKind kind, Duration by) {
        session.absent(of(kind).id(), "busy", now.plus(by));
        return this;
    }

    public GivenSession sandboxLost() {
        session.sandboxLost(session.only(SANDBOX).externalId(), now);
        return this;
    }

    // ---- closing -------------------------------------------------------------------------------------------------

    public GivenSession exited(int code) {
        session.runExited(run().id(), code, 0, Map.of(), now);
        return this;
    }

    public GivenSession cancelled() {
        return concluded(Cause.CANCELLED, null);
    }

    public GivenSession concluded(Cause cause, @Nullable Detail detail) {
        session.conclude(cause, detail, now);
        return this;
    }

    public GivenSession hastened() {
        session.hasten();
        return this;
    }

    public GivenSession processStopped() {
        session.processStopped(of(PROCESS).id(), now);
        return this;
    }

    public GivenSession runEnded() {
        session.runEnded(run().id(), RunStatus.CANCELLED, "the session closes", now);
        return this;
    }

    public GivenSession flushed(boolean clean) {
        session.flushed(of(MOUNT).id(), clean, "as the test wants it", now);
        return this;
    }

    public GivenSession settled() {
        session.settled(of(WORKSPACE).id(), session.repos(), null, now);
        return this;
    }

    public GivenSession destroyed() {
        session.sandboxDestroyed(of(SANDBOX).id(), Map.of("absent", true), now);
        return this;
    }

    public GivenSession revoked() {
        session.credentialRevoked(of(CREDENTIAL).id(), Map.of("refused", true), now);
        return this;
    }

    public GivenSession closed() {
        session.close(now);
        return this;
    }

    // ---- what it is ----------------------------------------------------------------------------------------------

    /** The newest resource of a kind. */
    public Resource of(ResourceKind kind) {
        return session.resources(kind).getLast();
    }

    public Run run() {
        return session.runs().getFirst();
    }
}
