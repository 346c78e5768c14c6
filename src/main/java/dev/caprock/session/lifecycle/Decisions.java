package dev.caprock.session.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.caprock.session.Cause;
import dev.caprock.session.Failures;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.ResourceState;
import dev.caprock.session.Run;
import dev.caprock.session.RunStatus;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides what comes next for a session from what is stored, and from nothing else. Pure: no I/O, no clock of its own.
 *
 * <p>{@code busy} holds the subjects of the calls that are under way now. A resource that is {@code INTENDED} and not busy
 * is one whose call was lost: it is looked for, never blindly made again. {@code capacity} says where a queued session could
 * have its sandbox made now.
 */
final class Decisions {

    /** How long a run's last output may take to be read after its process was stopped. */
    static final Duration DRAIN = Duration.ofSeconds(15);

    /** A look at least this often, should every wake-up have failed. */
    private static final Duration SAFETY = Duration.ofMinutes(5);

    private static final int CREDENTIALS = 4;

    private final Session session;
    private final Set<UUID> busy;
    private final Capacity capacity;
    private final LifecycleSettings settings;
    private final Instant now;
    private final List<Action> actions = new ArrayList<>();
    private Instant until;

    private Decisions(Session session, Set<UUID> busy, Capacity capacity, LifecycleSettings settings, Instant now) {
        this.session = session;
        this.busy = busy;
        this.capacity = capacity;
        this.settings = settings;
        this.now = now;
        this.until = now.plus(SAFETY);
    }

    static Next next(Session session, Set<UUID> busy, Capacity capacity, LifecycleSettings settings, Instant now) {
        return new Decisions(session, busy, capacity, settings, now).next();
    }

    private Next next() {
        switch (session.status()) {
            case QUEUED -> queued();
            case OPENING, RUNNING, IDLE -> open();
            case CLOSING -> closing();
            case CLOSED -> {
                return new Next.Done();
            }
        }
        return actions.isEmpty() ? new Next.Wait(until) : new Next.Act(List.copyOf(actions), until);
    }

    // ---- queued --------------------------------------------------------------------------------------------------

    private void queued() {
        Capacity.Room own = capacity.own();
        if (own.isFree()) {
            actions.add(new Action.Begin(session.id()));
            return;
        }
        capacity.free()
                .ifPresentOrElse(
                        other -> actions.add(new Action.TurnTo(session.id(), other.provider(), own.reason())),
                        () -> stayQueued(own));
    }

    private void stayQueued(Capacity.Room own) {
        Instant next = now.plus(own.lookIn());
        Instant told = session.waitsUntil();
        if (told == null || reached(told) || !own.reason().equals(session.waitsFor())) {
            actions.add(new Action.StayQueued(session.id(), own.reason(), own.hold(), next));
        }
    }

    // ---- open ----------------------------------------------------------------------------------------------------

    private void open() {
        if (reached(requireNonNull(session.expiresAt()))) {
            actions.add(new Action.Conclude(session.id(), Cause.EXPIRED, null));
            return;
        }
        if (session.status() == SessionStatus.OPENING && reached(openingSince().plus(settings.openingTimeout()))) {
            var detail = Failures.openingTimedOut(lastError());
            actions.add(new Action.Conclude(session.id(), Cause.FAILED, detail));
            return;
        }
        sandbox(); // first: it takes the longest
        credential();
        workspace();
        mountAndRun();
    }

    private void credential() {
        List<Resource> credentials = session.resources(ResourceKind.CREDENTIAL);
        lookForLostCredentials(credentials);
        boolean reposKnown = session.repos().stream().map(Repo::id).allMatch(Objects::nonNull);
        if (!reposKnown
                || session.credential().isPresent()
                || credentials.stream().anyMatch(this::isBusy)) {
            return;
        }
        credentials.stream()
                .filter(credential -> credential.is(ResourceState.ABSENT))
                .findFirst()
                .ifPresentOrElse(
                        absent -> call(absent, new Action.MintCredential(absent.id())), this::wantAnotherCredential);
    }

    private void wantAnotherCredential() {
        if (session.resources(ResourceKind.CREDENTIAL).size() < CREDENTIALS) {
            actions.add(new Action.WantAnotherCredential(session.id()));
        }
    }

    private void lookForLostCredentials(List<Resource> credentials) {
        for (Resource credential : credentials) {
            if (credential.is(ResourceState.INTENDED)) {
                call(credential, new Action.LookForCredential(credential.id(), now));
            }
        }
    }

    private void workspace() {
        Resource workspace = session.only(ResourceKind.WORKSPACE);
        if (workspace.is(ResourceState.ABSENT) || workspace.is(ResourceState.INTENDED)) {
            call(workspace, new Action.OpenWorkspace(workspace.id()));
        }
    }

    private void sandbox() {
        Resource sandbox = session.only(ResourceKind.SANDBOX);
        switch (sandbox.state()) {
            case ABSENT -> call(sandbox, new Action.CreateSandbox(sandbox.id()));
            case INTENDED -> call(sandbox, new Action.LookForSandbox(sandbox.id(), now));
            case LIVE -> extend(sandbox);
            case LOST -> call(sandbox, new Action.DestroySandbox(sandbox.id())); // two never work at once
            case GONE -> actions.add(new Action.ReplaceSandbox(session.id()));
        }
    }

    /** Never beyond what closing at the session's end takes, so that nothing lives on should we be gone by then. */
    private void extend(Resource sandbox) {
        Instant lease = requireNonNull(sandbox.leaseUntil());
        Instant end = requireNonNull(session.expiresAt()).plus(settings.room());
        if (lease.isBefore(end)
                && reached(lease.minus(settings.sandboxLease().multipliedBy(2).dividedBy(3)))) {
            Instant renewed = now.plus(settings.sandboxLease());
            Instant until = renewed.isBefore(end) ? renewed : end;
            call(sandbox, new Action.ExtendSandbox(sandbox.id(), Duration.between(now, until), until));
        }
    }

    private void mountAndRun() {
        Resource mount = session.only(ResourceKind.MOUNT);
        boolean ready = session.credential().isPresent()
                && session.only(ResourceKind.WORKSPACE).is(ResourceState.LIVE)
                && session.only(ResourceKind.SANDBOX).is(ResourceState.LIVE);
        if (ready && mount.readyAt() == null) {
            call(mount, new Action.Prepare(mount.id()));
        }
        boolean prepared = ready && mount.readyAt() != null;
        session.currentRun().ifPresentOrElse(run -> run(run, prepared), () -> noRun(prepared));
    }

    private void noRun(boolean prepared) {
        if (prepared && session.status() == SessionStatus.OPENING) {
            actions.add(new Action.RestOpen(session.id()));
        }
    }

    private void run(Run run, boolean prepared) {
        Resource process = session.processOf(run);
        if (reasonToStop(run) instanceof StopReason reason) {
            stop(run, process, reason);
        } else if (run.status() != RunStatus.RUNNING && prepared) {
            call(process, new Action.StartRun(process.id()));
        }
    }

    private @Nullable StopReason reasonToStop(Run run) {
        if (run.stopReason() != null) {
            return run.stopReason();
        }
        boolean timedOut = run.status() == RunStatus.RUNNING
                && reached(requireNonNull(run.startedAt()).plus(session.terms().runTimeout()));
        return timedOut ? StopReason.TIMED_OUT : null;
    }

    private void stop(Run run, Resource process, StopReason reason) {
        if (!process.isOver()) {
            call(process, new Action.StopRun(process.id(), reason));
        } else if (run.status() != RunStatus.RUNNING
                || reached(requireNonNull(process.goneAt()).plus(DRAIN))) {
            RunStatus end = reason == StopReason.TIMED_OUT ? RunStatus.FAILED : RunStatus.CANCELLED;
            actions.add(new Action.EndRun(run.id(), end, "it was stopped, and its end could not be read"));
        }
    }

    // ---- closing -------------------------------------------------------------------------------------------------

    private void closing() {
        if (session.resources().isEmpty()) { // it was still queued
            actions.add(new Action.Close(session.id()));
            return;
        }
        lookForLostCredentials(session.resources(ResourceKind.CREDENTIAL));
        boolean quiet = stopped();
        boolean unmounted = quiet && unmounted();
        boolean settled = unmounted && settled();
        if (settled || (unmounted && (session.isHastened() || passed(settings.verifyTimeout())))) {
            release();
        }
        if (settled && session.resources().stream().allMatch(Resource::isOver)) {
            actions.add(new Action.Close(session.id()));
        }
    }

    /** Whether no agent runs any more, as far as that can be had in time. */
    private boolean stopped() {
        boolean quiet = true;
        for (Resource process : session.resources(ResourceKind.PROCESS)) {
            Run run = requireNonNull(process.run());
            if (!process.isOver() && sandboxAnswers() && !late(settings.stopTimeout())) {
                call(process, new Action.StopRun(process.id(), StopReason.CLOSING));
                quiet = false;
            } else if (!run.status().isEnded()) {
                end(run, process);
                quiet = false;
            }
        }
        return quiet;
    }

    private void end(Run run, Resource process) {
        boolean followed = run.status() == RunStatus.RUNNING && process.is(ResourceState.GONE);
        if (followed
                && !session.isHastened()
                && !reached(requireNonNull(process.goneAt()).plus(DRAIN))) {
            return; // its follower is reading the last of it
        }
        if (!isBusy(process) || late(settings.stopTimeout())) {
            actions.add(new Action.EndRun(run.id(), RunStatus.CANCELLED, "the session closes"));
        }
    }

    private boolean unmounted() {
        Resource mount = session.only(ResourceKind.MOUNT);
        if (mount.isOver()) {
            return true;
        }
        if (!session.wasUsed()) {
            if (!isBusy(mount) || late(settings.stopTimeout())) {
                actions.add(new Action.DropUnusedMount(mount.id()));
            }
        } else if (!sandboxAnswers()) {
            actions.add(new Action.GiveUpFlush(mount.id(), "the sandbox was gone before the mount ended"));
        } else if (late(settings.flushTimeout())) {
            actions.add(new Action.GiveUpFlush(mount.id(), "the mount did not end in time"));
        } else {
            call(mount, new Action.Flush(mount.id()));
        }
        return false;
    }

    private boolean settled() {
        Resource workspace = session.only(ResourceKind.WORKSPACE);
        if (workspace.isOver()) {
            return true;
        }
        if (passed(settings.publishTimeout())) {
            actions.add(new Action.GiveUpSettling(workspace.id(), Failures.notSettled(workspace.lastError())));
        } else {
            call(workspace, new Action.SettleWorkspace(workspace.id()));
        }
        return false;
    }

    private void release() {
        Resource sandbox = session.only(ResourceKind.SANDBOX);
        if (sandbox.is(ResourceState.INTENDED)) {
            call(sandbox, new Action.LookForSandbox(sandbox.id(), now));
        } else if (!sandbox.isOver()) {
            call(sandbox, new Action.DestroySandbox(sandbox.id()));
        }
        for (Resource credential : session.resources(ResourceKind.CREDENTIAL)) {
            if (credential.is(ResourceState.LIVE)) {
                call(credential, new Action.RevokeCredential(credential.id()));
            }
        }
    }

    // ---- looking -------------------------------------------------------------------------------------------------

    private boolean sandboxAnswers() {
        return session.only(ResourceKind.SANDBOX).is(ResourceState.LIVE);
    }

    private boolean isBusy(Resource resource) {
        return busy.contains(resource.id());
    }

    private void call(Resource subject, Action action) {
        if (!isBusy(subject) && (subject.notBefore() == null || reached(subject.notBefore()))) {
            actions.add(action);
        }
    }

    private boolean late(Duration sinceClosing) {
        return session.isHastened() || passed(sinceClosing);
    }

    private boolean passed(Duration sinceClosing) {
        return reached(requireNonNull(session.closingAt()).plus(sinceClosing));
    }

    /** Whether a time has come; if not, that is when to look again at the latest. */
    private boolean reached(Instant time) {
        if (now.isBefore(time)) {
            until = time.isBefore(until) ? time : until;
            return false;
        }
        return true;
    }

    private Instant openingSince() {
        return requireNonNull(session.openingSince());
    }

    private @Nullable String lastError() {
        return session.resources().stream()
                .map(Resource::lastError)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
