package dev.caprock.session;

import static java.util.Objects.requireNonNull;

import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.trace.TraceContext;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Transient;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * One sandbox with repos mounted for an agent, from request to proof of closing. It owns its moves: every verb checks that
 * it may happen, changes the state, and leaves a {@link Fact} for the journal and the audit chain.
 */
@Entity
public class Session {

    /** How many sandboxes a session may lose and go on. */
    private static final int REPLACEMENTS = 3;

    @Id
    private UUID id;

    @Version
    private long version;

    private String tenant;
    private String createdBy;
    private @Nullable String traceparent;
    private @Nullable String tracestate;

    @Enumerated(EnumType.STRING)
    private SessionStatus status;

    @Enumerated(EnumType.STRING)
    private @Nullable Cause cause;

    @Enumerated(EnumType.STRING)
    private @Nullable SessionOutcome outcome;

    private boolean hastened;

    @Embedded
    private @Nullable Detail detail;

    private String provider;
    private int switches;
    private @Nullable String waitsFor;
    private @Nullable Instant waitsUntil;

    @Enumerated(EnumType.STRING)
    private @Nullable Hold heldBy;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<Repo> repos;

    @Embedded
    private Terms terms;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> labels;

    private Instant createdAt;
    private @Nullable Instant startedAt;
    private @Nullable Instant reopenedAt;
    private @Nullable Instant expiresAt;
    private @Nullable Instant closingAt;
    private @Nullable Instant closedAt;

    @OneToMany(mappedBy = "session", cascade = CascadeType.ALL)
    @OrderBy("number")
    private Set<Run> runs = new LinkedHashSet<>();

    @OneToMany(mappedBy = "session", cascade = CascadeType.ALL)
    @OrderBy("id")
    private Set<Resource> resources = new LinkedHashSet<>();

    @Transient
    private final List<Fact> facts = new ArrayList<>();

    @NullUnmarked
    protected Session() {}

    /** Accepts a request: queued, with its first run. */
    Session(UUID id, UUID firstRun, NewSession request, Instant now) {
        this.id = id;
        this.tenant = request.tenant();
        this.createdBy = request.createdBy();
        this.provider = request.provider();
        this.terms = request.terms();
        this.repos = List.copyOf(request.repos());
        this.labels = Map.copyOf(request.labels());
        this.createdAt = now;
        this.status = SessionStatus.QUEUED;
        fact("session.status", null, Map.of("status", status.text()));
        Run ignored = queue(firstRun, now);
    }

    /** Has all that is done for it belong to a trace; called once, when it is accepted. */
    void belongTo(TraceContext trace) {
        traceparent = trace.parent();
        tracestate = trace.state();
    }

    /**
     * Where it belongs in a trace: below the request that made it. One that was made in no trace, or by a version that knew of none,
     * has a place made of its id, which nobody records.
     */
    public TraceContext trace() {
        return requestTrace().orElseGet(() -> TraceContext.unrecorded(id));
    }

    /** The place in a trace of the request that made it; empty when it was in none. */
    public Optional<TraceContext> requestTrace() {
        return TraceContext.read(name -> switch (name) {
            case TraceContext.PARENT -> traceparent;
            case TraceContext.STATE -> tracestate;
            default -> null;
        });
    }

    private Run queue(UUID runId, Instant now) {
        var run = new Run(runId, this, runs.size() + 1, now);
        runs.add(run);
        fact("run.queued", run, Map.of("number", run.number()));
        return run;
    }

    /**
     * Takes a further run, which waits for those before it.
     *
     * @throws IllegalMove once closing is intended
     */
    public Run queueRun(Ids ids, Instant now) {
        if (status == SessionStatus.CLOSING || status == SessionStatus.CLOSED) {
            throw IllegalMove.run(id, status);
        }
        Run run = queue(ids.next(), now);
        if (status != SessionStatus.QUEUED) {
            resources.add(new Resource(ids.next(), this, ResourceKind.PROCESS, run));
        }
        return run;
    }

    /** Has a run end, and the session stay. One that has ended stays as it is. */
    public void cancelRun(UUID runId, Instant now) {
        Run run = run(runId);
        if (run.status() == RunStatus.QUEUED) {
            runEnded(runId, RunStatus.CANCELLED, "it was cancelled before it started", now);
        } else if (run.isActive() && run.stopReason() == null) {
            run.stopping(StopReason.CANCELLED);
            fact("run.cancelled", run, Map.of());
        }
    }

    /**
     * Checks a change of labels and end.
     *
     * @return why it cannot be; empty when it can
     * @throws IllegalMove once closing is intended; and while it is queued, for its end, which is fixed when it starts
     */
    Optional<Amended.Refused> refusal(Amendment amendment, Ceilings ceilings, Instant now) {
        Instant end = amendment.expiresAt();
        if (status == SessionStatus.CLOSING
                || status == SessionStatus.CLOSED
                || (status == SessionStatus.QUEUED && end != null)) {
            throw IllegalMove.amendment(id, status);
        }
        if (amendment.labels() != null && amendment.labels().of(labels).size() > Amendment.MOST_LABELS) {
            return Optional.of(new Amended.Refused(
                    "labels", "too_many_labels", "A session has at most %d labels.".formatted(Amendment.MOST_LABELS)));
        }
        return end == null || end.equals(expiresAt) ? Optional.empty() : refusal(end, ceilings.of(this), now);
    }

    private static Optional<Amended.Refused> refusal(Instant end, Ceiling ceiling, Instant now) {
        if (!end.isAfter(now)) {
            return Optional.of(new Amended.Refused(
                    "expiresAt",
                    "expires_in_the_past",
                    "Must be later than now, which is %s; to close the session, delete it.".formatted(now)));
        }
        return end.isAfter(ceiling.latest())
                ? Optional.of(new Amended.Refused(
                        "expiresAt",
                        "beyond_ceiling",
                        "Must be %s at the latest: %s".formatted(ceiling.latest(), ceiling.reason())))
                : Optional.empty();
    }

    /** Makes a change that {@link #refusal} has nothing against. */
    void amend(Amendment amendment) {
        var data = new HashMap<String, Object>();
        if (amendment.labels() != null && !amendment.labels().of(labels).equals(labels)) {
            labels = Map.copyOf(amendment.labels().of(labels));
            data.put("labels", labels);
        }
        if (amendment.expiresAt() != null && !amendment.expiresAt().equals(expiresAt)) {
            expiresAt = amendment.expiresAt();
            data.put("expiresAt", expiresAt.toString());
        }
        if (!data.isEmpty()) {
            fact("session.amended", null, data);
        }
    }

    // ---- waiting -------------------------------------------------------------------------------------------------

    /**
     * Stays queued, because its provider is busy or its tenant has what it may have. Told once for each reason.
     *
     * @param hold what of its tenant's it waits for; null for its provider
     */
    public void waitFor(String reason, @Nullable Hold hold, Instant until) {
        if (!reason.equals(waitsFor)) {
            warn(hold == null ? "queued" : hold.text(), reason);
        }
        waitsFor = reason;
        heldBy = hold;
        waitsUntil = until;
    }

    /**
     * Another provider is to make the sandbox. Changes nothing once it closes.
     *
     * @param why what keeps the present one from it, as part of a sentence
     * @throws IllegalStateException when the present provider has made one, or may have
     */
    public void turnTo(String other, String why) {
        if (status != SessionStatus.QUEUED && status != SessionStatus.OPENING) {
            return;
        }
        if (!resources(ResourceKind.SANDBOX).stream().allMatch(Resource::isOver)) {
            throw new IllegalStateException("session %s may have a sandbox of %s".formatted(id, provider));
        }
        resources(ResourceKind.SANDBOX).forEach(Resource::stepDone);
        warn("provider_changed", "%s makes the sandbox in place of %s: %s".formatted(other, provider, why));
        provider = other;
        switches++;
    }

    /** Whether another provider may make the sandbox, and how often it has turned to one is below this. */
    public boolean mayTurn(int mostSwitches) {
        return terms.anyProvider() && switches < mostSwitches;
    }

    /** Whether one of its provider's sandboxes is taken for it: it has one, may have one, or is about to ask for one. */
    public boolean holdsPlace() {
        return status == SessionStatus.OPENING
                || resources(ResourceKind.SANDBOX).stream().anyMatch(row -> !row.isOver());
    }

    // ---- opening -------------------------------------------------------------------------------------------------

    /** Starts opening: from here the time to live counts, and there is a row for each resource to come. */
    public void begin(Instant now, Ids ids) {
        become(SessionStatus.OPENING, Map.of());
        waitsFor = null;
        heldBy = null;
        waitsUntil = null;
        startedAt = now;
        expiresAt = now.plus(terms.ttl());
        for (ResourceKind kind :
                List.of(ResourceKind.CREDENTIAL, ResourceKind.WORKSPACE, ResourceKind.SANDBOX, ResourceKind.MOUNT)) {
            resources.add(new Resource(ids.next(), this, kind, null));
        }
        runs.forEach(run -> resources.add(new Resource(ids.next(), this, ResourceKind.PROCESS, run)));
    }

    /** A further credential is wanted, because it is unknown whether an earlier one was made. */
    public void wantAnotherCredential(Ids ids) {
        resources.add(new Resource(ids.next(), this, ResourceKind.CREDENTIAL, null));
    }

    /**
     * Records that a resource is about to be made.
     *
     * @param attempt the tag by which it can be found if the answer is lost
     * @param account who is asked to make it; null where it lies inside another resource
     */
    public void intend(UUID resource, UUID attempt, @Nullable String account, Instant now) {
        Resource intended = resource(resource);
        intended.intended(attempt, account, now);
        Run run = intended.run();
        if (run != null && run.status() == RunStatus.QUEUED) {
            run.starting();
        }
    }

    /** @param expiry when it ends, unless it is revoked before */
    public void credentialMinted(UUID resource, String externalId, Instant expiry, Instant now) {
        Resource minted = resource(resource);
        minted.live(externalId, now);
        minted.leased(expiry);
        fact("credential.minted", null, Map.of("credentialId", externalId, "expiresAt", expiry.toString()));
    }

    public void reposFound(List<Repo> found) {
        repos = List.copyOf(found);
    }

    /** The bookmark that a mount made was seen, before anything is done with it. */
    public void workFound(String repo, String change) {
        repos = repos.stream()
                .map(each -> each.name().equals(repo) ? each.working(change) : each)
                .toList();
    }

    public void workspaceOpened(UUID resource, List<Repo> opened, Instant now) {
        if (resource(resource).is(ResourceState.GONE)) {
            return; // too late: closing has gone on without it
        }
        repos = List.copyOf(opened);
        resource(resource).live(null, now);
    }

    public void sandboxCreated(UUID resource, String externalId, Instant leaseUntil, Instant now) {
        Resource sandbox = resource(resource);
        sandbox.live(externalId, now);
        sandbox.leased(leaseUntil);
        fact("sandbox.created", null, Map.of("provider", provider, "sandboxId", externalId));
        List<Resource> all = resources(ResourceKind.SANDBOX);
        if (all.size() > 1) {
            String lost = all.get(all.size() - 2).externalId();
            fact("sandbox.replaced", null, Map.of("lost", lost, "provider", provider, "sandboxId", externalId));
        }
    }

    public void sandboxExtended(UUID resource, Instant leaseUntil) {
        resource(resource).leased(leaseUntil);
    }

    /** One step of preparing the sandbox is under way or done. */
    public void preparePhase(UUID mount, String phase, String state, String text) {
        resource(mount).stepped();
        fact("prepare.phase", null, Map.of("phase", phase, "state", state, "detail", text));
    }

    /** Preparing begins anew. */
    public void prepareAnew(UUID mount) {
        resource(mount).restarted();
    }

    /** Everything that the mount needs is installed, and it was started; it is not verified yet. */
    public void sandboxPrepared(UUID mount, Instant now) {
        resource(mount).ready(now);
        String sandbox = only(ResourceKind.SANDBOX).externalId();
        fact("sandbox.ready", null, Map.of("provider", provider, "sandboxId", sandbox));
    }

    // ---- runs ----------------------------------------------------------------------------------------------------

    /**
     * The mount was verified and the agent's process was started in it. When closing has gone on without it, this is only a
     * process that ends with the sandbox.
     */
    public void runStarted(UUID process, String pid, Instant now) {
        Resource started = resource(process);
        if (started.is(ResourceState.GONE)) {
            return;
        }
        started.live(pid, now);
        Run run = requireNonNull(started.run());
        if (run.status().isEnded()) {
            return;
        }
        mounted(now);
        run.running(now);
        fact("run.started", run, Map.of("number", run.number()));
        if (status != SessionStatus.CLOSING) {
            become(SessionStatus.RUNNING, Map.of());
        }
    }

    private void mounted(Instant now) {
        Resource mount = only(ResourceKind.MOUNT);
        if (!mount.is(ResourceState.LIVE)) {
            mount.live(null, now);
            fact(
                    "workspace.mounted",
                    null,
                    Map.of("repos", repos.stream().map(Repo::name).toList()));
        }
    }

    /** Everything is there, but no run any more, since each was cancelled. */
    public void opened(Instant now) {
        mounted(now);
        become(SessionStatus.IDLE, Map.of());
    }

    public void firstOutput(UUID run, Instant now) {
        run(run).firstOutput(now);
    }

    /** The agent named the conversation that a later run may go on with. */
    public void runConverses(UUID run, String conversation) {
        run(run).conversing(conversation);
    }

    /** The conversation that a run goes on with; null when it begins one. */
    public @Nullable String conversationBefore(Run run) {
        return runs.stream()
                .filter(earlier -> earlier.number() < run.number() && earlier.conversation() != null)
                .reduce((first, second) -> second)
                .map(Run::conversation)
                .orElse(null);
    }

    /** The agent said something final of itself. */
    public void runReported(UUID run, @Nullable String result, @Nullable Map<String, Object> usage) {
        run(run).reported(result, usage);
    }

    /** Records that we are about to stop a run. */
    public void intendStop(UUID process, StopReason reason) {
        requireNonNull(resource(process).run()).stopping(reason);
    }

    /** Nothing of the run's process is alive any more. Its end is recorded by whoever reads its exit code. */
    public void processStopped(UUID process, Instant now) {
        resource(process).gone(now, Map.of("stopped", true));
    }

    /** The run's exit code was read, and all of its output. Changes nothing once the run has ended, or is to start again. */
    public void runExited(UUID runId, int code, int signal, Map<String, Object> counts, Instant now) {
        Run run = run(runId);
        if (run.status() != RunStatus.RUNNING) {
            return;
        }
        run.exited(code, signal, now);
        processOf(run).gone(now, Map.of("exitCode", code));
        var data = new HashMap<String, Object>(counts);
        data.put("exitCode", code);
        if (signal != 0) {
            data.put("signal", signal);
        }
        finished(run, data, now);
    }

    /** The run ended without an exit code that could be read. Changes nothing once it has ended. */
    public void runEnded(UUID runId, RunStatus end, String reason, Instant now) {
        Run run = run(runId);
        if (run.status().isEnded()) {
            return;
        }
        run.ended(end, now);
        finished(run, Map.of("reason", reason), now);
    }

    private void finished(Run run, Map<String, Object> data, Instant now) {
        var all = new HashMap<>(data);
        all.put("status", run.status().text());
        fact("run.finished", run, all);
        if (status == SessionStatus.CLOSING) {
            return;
        }
        boolean more = currentRun().isPresent();
        if (!more && terms.closeWhen() == CloseWhen.IDLE) {
            Run telling = runs.stream()
                    .filter(r -> r.startedAt() != null)
                    .reduce((first, second) -> second)
                    .orElse(run);
            conclude(causeOf(telling), Failures.of(telling), now);
        } else if (status == SessionStatus.RUNNING && (!more || run.startedAt() != null)) {
            become(SessionStatus.IDLE, Map.of());
        }
    }

    private static Cause causeOf(Run last) {
        return switch (last.status()) {
            case SUCCEEDED -> Cause.COMPLETED;
            case CANCELLED -> Cause.CANCELLED;
            case FAILED, LOST -> Cause.FAILED;
            case QUEUED, STARTING, RUNNING ->
                throw new IllegalStateException("run %s has not ended".formatted(last.id()));
        };
    }

    /** The sandbox ended without us; with it whatever ran in it. Changes nothing where it was not the present one. */
    public void sandboxLost(String sandboxId, Instant now) {
        Resource sandbox = only(ResourceKind.SANDBOX);
        if (!sandbox.is(ResourceState.LIVE) || !sandbox.externalId().equals(sandboxId)) {
            return;
        }
        sandbox.lost();
        fact("sandbox.lost", null, Map.of("sandboxId", sandboxId));
        if (mayReplace()) {
            reopen(now);
        } else {
            failWithSandbox(now);
        }
    }

    private boolean mayReplace() {
        return cause == null
                && terms.onSandboxLost() == OnSandboxLost.REPLACE
                && resources(ResourceKind.SANDBOX).size() <= REPLACEMENTS;
    }

    /** Opening begins again but for credential and workspace. What the agent remembered was in the sandbox. */
    private void reopen(Instant now) {
        reopenedAt = now;
        only(ResourceKind.MOUNT).gone(now, Map.of("with", "sandbox", "clean", false));
        for (Run run : runs) {
            run.forgetConversation();
            Resource process = processOf(run);
            if (run.isActive()) {
                process.gone(now, Map.of("with", "sandbox"));
                run.again();
                fact("run.queued", run, Map.of("number", run.number(), "again", true));
            }
        }
        if (status != SessionStatus.OPENING) {
            become(SessionStatus.OPENING, Map.of());
        }
    }

    /** The lost sandbox is proved gone: another one may do its work. */
    public void replaceSandbox(Ids ids) {
        resources.add(new Resource(ids.next(), this, ResourceKind.SANDBOX, null));
        resources.add(new Resource(ids.next(), this, ResourceKind.MOUNT, null));
        runs.stream()
                .filter(run -> !run.status().isEnded() && processOf(run).is(ResourceState.GONE))
                .forEach(run -> resources.add(new Resource(ids.next(), this, ResourceKind.PROCESS, run)));
    }

    private void failWithSandbox(Instant now) {
        conclude(Cause.FAILED, Failures.SANDBOX_LOST, now);
        for (Run run : runs) {
            if (run.isActive()) {
                run.ended(RunStatus.LOST, now);
                processOf(run).gone(now, Map.of("with", "sandbox"));
                fact("run.finished", run, Map.of("status", run.status().text(), "reason", "the sandbox was lost"));
            }
        }
    }

    // ---- closing -------------------------------------------------------------------------------------------------

    /**
     * Begins to close, for the first cause only; later ones change nothing.
     *
     * @param why for the caller; null when nothing went wrong
     */
    public void conclude(Cause first, @Nullable Detail why, Instant now) {
        if (cause != null) {
            return;
        }
        cause = first;
        detail = why;
        closingAt = now;
        switch (first) {
            case COMPLETED -> {} // succeeded only once the workspace is flushed
            case FAILED -> outcome = SessionOutcome.FAILED;
            case CANCELLED -> outcome = SessionOutcome.CANCELLED;
            case EXPIRED -> outcome = SessionOutcome.EXPIRED;
        }
        for (Run run : runs) {
            if (run.status() == RunStatus.QUEUED) {
                run.ended(RunStatus.CANCELLED, now);
                fact("run.finished", run, Map.of("status", run.status().text(), "reason", "the session closes"));
            }
        }
        resources.forEach(Resource::stepDone); // what opening waited for does not hold up closing
        become(SessionStatus.CLOSING, describe());
    }

    /** Gives up waiting for what need not be waited for; the outcome stays, once fixed. */
    public void hasten() {
        if (!hastened) {
            hastened = true;
            fact("session.hastened", null, Map.of());
        }
    }

    /** What was intended was looked for until it could no longer appear, and never came to be. */
    public void provedAbsent(UUID resource, Map<String, Object> proof, Instant now) {
        resource(resource).gone(now, proof);
    }

    /** No agent ever ran in the mount, so that it holds nothing to hand over; it ends with its sandbox. */
    public void mountUnused(UUID mount, Instant now) {
        resource(mount).gone(now, Map.of("used", false));
    }

    /**
     * The mount ended; clean means that everything written was handed over. Changes nothing once it was given up: what is
     * published rests on that.
     */
    public void flushed(UUID mount, boolean clean, String how, Instant now) {
        if (resource(mount).is(ResourceState.GONE)) {
            return;
        }
        resource(mount).gone(now, Map.of("clean", clean, "how", how));
        if (clean) {
            fact("workspace.flushed", null, Map.of("how", how));
        } else {
            warn("workspace_not_flushed", how);
        }
    }

    /** What the session left was read back, and published where that was asked for. */
    public void settled(UUID workspace, List<Repo> after, @Nullable Detail failure, Instant now) {
        if (resource(workspace).is(ResourceState.GONE)) {
            return; // given up before
        }
        repos = List.copyOf(after);
        resource(workspace).gone(now, Map.of("published", failure == null && willPublish()));
        fact(
                "workspace.verified",
                null,
                Map.of("repos", after.stream().map(Session::changes).toList()));
        fixOutcome(failure);
    }

    /** The workspace could not be read back or published in time; the session's own bookmark stays. */
    public void notSettled(UUID workspace, Detail failure, Instant now) {
        resource(workspace).gone(now, Map.of("published", false));
        warn(failure.code(), failure.message());
        fixOutcome(failure);
    }

    private void fixOutcome(@Nullable Detail failure) {
        if (outcome != null) {
            return;
        }
        Detail problem = isFlushed() ? failure : Failures.NOT_FLUSHED;
        outcome = problem == null ? SessionOutcome.SUCCEEDED : SessionOutcome.FAILED;
        detail = problem;
    }

    private boolean isFlushed() {
        return Boolean.TRUE.equals(only(ResourceKind.MOUNT).evidence().get("clean"));
    }

    /** Whether an agent may have run in the mount. */
    public boolean wasUsed() {
        return resources(ResourceKind.PROCESS).stream().anyMatch(process -> !process.is(ResourceState.ABSENT));
    }

    public void credentialRevoked(UUID resource, Map<String, Object> proof, Instant now) {
        Resource credential = resource(resource);
        credential.gone(now, proof);
        var data = new HashMap<>(proof);
        data.put("credentialId", credential.externalId());
        fact("credential.revoked", null, data);
    }

    /** Nobody can end it before its time, and its time lies after the session's end. */
    public void credentialOutlives(UUID resource, Instant until, Instant now) {
        Resource credential = resource(resource);
        credential.gone(now, Map.of("outlivesUntil", until.toString()));
        String message = "The credential %s cannot be revoked; it ends by itself at %s."
                .formatted(credential.externalId(), until);
        warn("credential_outlives_session", message);
    }

    /** A credential whose secret was never known was found, and revoked. */
    public void lostCredentialRevoked(UUID resource, List<String> externalIds, Instant now) {
        resource(resource).gone(now, Map.of("found", externalIds, "listed", false));
        externalIds.forEach(found -> fact("credential.revoked", null, Map.of("credentialId", found, "listed", false)));
    }

    public void sandboxDestroyed(UUID resource, Map<String, Object> proof, Instant now) {
        Resource sandbox = resource(resource);
        sandbox.gone(now, proof);
        var data = new HashMap<>(proof);
        data.put("sandboxId", sandbox.externalId());
        fact("sandbox.destroyed", null, data);
        if (!sandbox.equals(only(ResourceKind.SANDBOX))) {
            return;
        }
        resources(ResourceKind.PROCESS).stream()
                .filter(process -> !process.isOver())
                .forEach(process -> process.gone(now, Map.of("with", "sandbox")));
    }

    /** Everything is proved gone. */
    public void close(Instant now) {
        if (!resources.stream().allMatch(Resource::isOver) || outcome == null) {
            throw new IllegalMove(id, status, SessionStatus.CLOSED);
        }
        closedAt = now;
        become(SessionStatus.CLOSED, describe());
    }

    /**
     * Something of it was found outside that none of its resources explains, or was ended after all. Once it is closed only the
     * audit chain tells: its last event stays the last.
     */
    void leftover(ResourceKind kind, String externalId, boolean ended) {
        if (!ended && status != SessionStatus.CLOSED) {
            warn("leftover_found", "A %s that nothing explains was found, and is ended.".formatted(kind.text()));
        }
        fact(ended ? "leftover.gone" : "leftover.found", null, Map.of("kind", kind.text(), "externalId", externalId));
    }

    // ---- attempts that failed ------------------------------------------------------------------------------------

    /** It was looked for and is not there; it may be made from {@code retryAt} on. */
    public void absent(UUID resource, String error, Instant retryAt) {
        resource(resource).absent(retryAt, error);
        warnOfAttempt(resource(resource));
    }

    /** The present step of a resource failed and is tried again from {@code retryAt} on. */
    public void postponed(UUID resource, String error, Instant retryAt) {
        resource(resource).postponed(retryAt, error);
        warnOfAttempt(resource(resource));
    }

    private void warnOfAttempt(Resource resource) {
        if (resource.attempts() <= 3 || resource.attempts() % 10 == 0) {
            warn(resource.kind().text() + "_delayed", requireNonNull(resource.lastError()));
        }
    }

    public void warn(String code, String message) {
        fact("session.warning", null, Map.of("code", code, "message", message));
    }

    // ---- what it is ----------------------------------------------------------------------------------------------

    private void become(SessionStatus next, Map<String, Object> data) {
        if (!status.mayBecome(next)) {
            throw new IllegalMove(id, status, next);
        }
        status = next;
        var all = new HashMap<>(data);
        all.put("status", next.text());
        fact("session.status", null, all);
    }

    private Map<String, Object> describe() {
        var data = new HashMap<String, Object>();
        if (outcome != null) {
            data.put("outcome", outcome.text());
        }
        if (detail != null) {
            data.put("code", detail.code());
            data.put("message", detail.message());
        }
        return data;
    }

    private static Map<String, Object> changes(Repo repo) {
        var data = new HashMap<String, Object>(Map.of("name", repo.name()));
        if (repo.before() != null) {
            data.put("before", repo.before());
        }
        if (repo.after() != null) {
            data.put("after", repo.after());
        }
        return data;
    }

    private void fact(String type, @Nullable Run run, Map<String, Object> data) {
        facts.add(new Fact(type, run == null ? null : run.id(), data));
    }

    /** What became so since the last call. */
    List<Fact> drainFacts() {
        var drained = List.copyOf(facts);
        facts.clear();
        return drained;
    }

    public UUID id() {
        return id;
    }

    public long version() {
        return version;
    }

    public String tenant() {
        return tenant;
    }

    public String createdBy() {
        return createdBy;
    }

    public SessionStatus status() {
        return status;
    }

    /** Null until it begins to close. */
    public @Nullable Cause cause() {
        return cause;
    }

    /** Null until it is fixed. */
    public @Nullable SessionOutcome outcome() {
        return outcome;
    }

    public boolean isHastened() {
        return hastened;
    }

    public @Nullable Detail detail() {
        return detail;
    }

    /** Why it stays queued, as part of a sentence; null when it does not, or has not been looked at yet. */
    public @Nullable String waitsFor() {
        return waitsFor;
    }

    /** What of its tenant's it waits for; null when it waits for its provider, or does not wait. */
    public @Nullable Hold heldBy() {
        return heldBy;
    }

    /** When it looks for a place again, at the latest; null while it does not wait. */
    public @Nullable Instant waitsUntil() {
        return waitsUntil;
    }

    public String provider() {
        return provider;
    }

    public Terms terms() {
        return terms;
    }

    public List<Repo> repos() {
        return repos;
    }

    /** The repo whose folder is the agent's working directory: the first that may be written, else the first. */
    public Repo workingRepo() {
        return repos.stream().filter(Repo::writable).findFirst().orElseGet(repos::getFirst);
    }

    /** Whether success means that the session's bookmark is merged. */
    public boolean willPublish() {
        return cause == Cause.COMPLETED
                && isFlushed()
                && terms.isolation() == Isolation.BRANCH
                && terms.publish() == Publish.MERGE;
    }

    /** Whether the session's bookmark was merged. */
    public boolean isPublished() {
        return resources(ResourceKind.WORKSPACE).stream()
                .anyMatch(row -> Boolean.TRUE.equals(row.evidence().get("published")));
    }

    /** The name of the session's own bookmark. */
    public String bookmark() {
        return "session/" + PublicId.digits(id);
    }

    public Map<String, String> labels() {
        return labels;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public @Nullable Instant startedAt() {
        return startedAt;
    }

    /**
     * How long it has had a sandbox, all that it had together. Past its lease a sandbox has ended by itself, however late that is
     * proved.
     */
    public Duration sandboxTime(Instant now) {
        return resources(ResourceKind.SANDBOX).stream()
                .map(sandbox -> sandbox.lived(now))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** When its present sandbox was first wanted; null while queued. */
    public @Nullable Instant openingSince() {
        return reopenedAt == null ? startedAt : reopenedAt;
    }

    /** When it closes at the latest; null while queued. */
    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    public @Nullable Instant closingAt() {
        return closingAt;
    }

    public @Nullable Instant closedAt() {
        return closedAt;
    }

    public List<Run> runs() {
        return List.copyOf(runs);
    }

    public List<Resource> resources() {
        return List.copyOf(resources);
    }

    public List<Resource> resources(ResourceKind kind) {
        return resources.stream().filter(r -> r.kind() == kind).toList();
    }

    public Resource resource(UUID resource) {
        return resources.stream()
                .filter(r -> r.id().equals(resource))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("session %s has no resource %s".formatted(id, resource)));
    }

    /** The present resource of a kind of which a session has one at a time. */
    public Resource only(ResourceKind kind) {
        return resources(kind).getLast();
    }

    /** The credential that is alive, if one is. */
    public Optional<Resource> credential() {
        return resources(ResourceKind.CREDENTIAL).stream()
                .filter(r -> r.is(ResourceState.LIVE))
                .findFirst();
    }

    public Resource processOf(Run run) {
        return resources(ResourceKind.PROCESS).stream()
                .filter(r -> run.equals(r.run()))
                .reduce((before, after) -> after)
                .orElseThrow(() -> new IllegalStateException("run %s has no process row".formatted(run.id())));
    }

    public Run run(UUID run) {
        return runs.stream()
                .filter(r -> r.id().equals(run))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("session %s has no run %s".formatted(id, run)));
    }

    /** The first run that has not ended, if any. */
    public Optional<Run> currentRun() {
        return runs.stream().filter(r -> !r.status().isEnded()).findFirst();
    }
}
