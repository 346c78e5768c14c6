package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Cause;
import dev.caprock.session.Failures;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.ResourceState;
import dev.caprock.session.RunStatus;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * The world outside of one session, by chance kind or unkind: what is alive there, and what each call finds. What is
 * recorded of a call is what the doings record.
 */
final class RandomRemotes {

    private static final Duration CREATE_DEADLINE = Duration.ofSeconds(90);

    private final Random random;
    private final Setbacks setbacks = new Setbacks(Defaults.LIFECYCLE);

    /** Attempt by attempt, from when on it is there. */
    private final Map<UUID, Instant> sandboxes = new HashMap<>();

    private final Map<UUID, Instant> keys = new HashMap<>();
    private final Set<UUID> processes = new HashSet<>();
    private final int unkindness;
    private boolean kind;
    private boolean silent;
    private int calls;

    RandomRemotes(Random random) {
        this.random = random;
        this.unkindness = random.nextInt(40);
    }

    /** From now on every call succeeds. */
    void becomeKind() {
        kind = true;
        silent = false;
    }

    /** From now on no call is answered, and nothing is done. */
    void becomeSilent() {
        silent = true;
    }

    boolean areSilent() {
        return silent;
    }

    /** How many were tried so far. */
    int calls() {
        return calls;
    }

    long liveSandboxes(Instant now) {
        return sandboxes.values().stream().filter(since -> !since.isAfter(now)).count();
    }

    boolean isEmpty() {
        return sandboxes.isEmpty() && keys.isEmpty();
    }

    boolean runs(UUID process) {
        return processes.contains(process);
    }

    void end(UUID process) {
        processes.remove(process);
    }

    void loseSandbox() {
        sandboxes.clear();
        processes.clear();
    }

    // ---- calls ---------------------------------------------------------------------------------------------------

    Outcome perform(Session session, Action.Call call, Instant now) {
        calls++;
        return switch (call) {
            case Action.CreateSandbox create -> create(session, session.resource(create.subject()), now);
            case Action.LookForSandbox look -> lookForSandbox(session, session.resource(look.subject()), now);
            case Action.ExtendSandbox(UUID sandbox, var life, var until) ->
                inSandbox(session, sandbox, false, (current, at) -> current.sandboxExtended(sandbox, until));
            case Action.MintCredential mint -> mint(session.resource(mint.subject()), now);
            case Action.LookForCredential look -> lookForCredential(session.resource(look.subject()), now);
            case Action.OpenWorkspace(UUID workspace) -> openWorkspace(session, workspace);
            case Action.Prepare(UUID mount) ->
                inSandbox(
                        session,
                        mount,
                        true,
                        chance(10) ? prepareAnew(mount) : (current, at) -> current.sandboxPrepared(mount, at));
            case Action.StartRun(UUID process) -> inSandbox(session, process, true, start(session, process));
            case Action.StopRun(UUID process, var reason) -> inSandbox(session, process, false, stop(process));
            case Action.Flush(UUID mount) -> inSandbox(session, mount, false, flush(mount));
            case Action.SettleWorkspace(UUID workspace) -> settle(session, workspace);
            case Action.DestroySandbox destroy -> destroy(session.resource(destroy.subject()));
            case Action.RevokeCredential revoke -> revoke(session.resource(revoke.subject()));
        };
    }

    private Outcome create(Session current, Resource sandbox, Instant now) {
        if (misfortune()) {
            RemoteFailure failure = failure();
            if (!silent && failure instanceof RemoteFailure.Unknown && random.nextBoolean()) {
                sandboxes.put(sandbox.attempt(), now.plus(late()));
            }
            return setbacks.making(sandbox.id(), failure);
        }
        sandboxes.put(sandbox.attempt(), now);
        return new Created(current, sandbox.id(), sandbox.attempt());
    }

    private final class Created implements Outcome {

        private final Session current;
        private final UUID sandbox;
        private final UUID attempt;

        Created(Session current, UUID sandbox, UUID attempt) {
            this.current = current;
            this.sandbox = sandbox;
            this.attempt = attempt;
        }

        @Override
        public void record(Session session, Instant now) {
            session.sandboxCreated(sandbox, attempt.toString(), now.plus(Defaults.LIFECYCLE.sandboxLease()), now);
        }

        @Override
        public void fenced() {
            Resource row = current.resource(sandbox);
            boolean adopted = attempt.toString().equals(row.externalIdOrNull());
            boolean findable = row.is(ResourceState.INTENDED) && row.attempt().equals(attempt);
            if (!adopted && !findable) {
                sandboxes.remove(attempt);
                processes.clear();
            }
        }
    }

    private Outcome lookForSandbox(Session current, Resource sandbox, Instant now) {
        if (misfortune()) {
            return setbacks.releasing(sandbox.id(), failure());
        }
        if (isThere(sandboxes, sandbox, now)) {
            return new Created(current, sandbox.id(), sandbox.attempt());
        }
        return (session, at) -> {
            if (Setbacks.mayStillAppear(sandbox, CREATE_DEADLINE, now)) {
                setbacks.notYet(sandbox.id(), "it may still appear").record(session, at);
            } else if (session.status() == SessionStatus.CLOSING) {
                session.provedAbsent(sandbox.id(), Map.of("neverAppeared", true), at);
            } else {
                session.absent(sandbox.id(), "the lost create never appeared", at);
            }
        };
    }

    private Outcome mint(Resource credential, Instant now) {
        if (misfortune()) {
            RemoteFailure failure = failure();
            if (!silent && failure instanceof RemoteFailure.Unknown && random.nextBoolean()) {
                keys.put(credential.attempt(), now.plus(late()));
            }
            return setbacks.making(credential.id(), failure);
        }
        keys.put(credential.attempt(), now);
        return (session, at) -> session.credentialMinted(
                credential.id(), credential.attempt().toString(), at.plus(Duration.ofHours(1)), at);
    }

    private Outcome lookForCredential(Resource credential, Instant now) {
        if (misfortune()) {
            return setbacks.releasing(credential.id(), failure());
        }
        if (isThere(keys, credential, now)) {
            keys.remove(credential.attempt());
            return (session, at) -> session.lostCredentialRevoked(
                    credential.id(), List.of(credential.attempt().toString()), at);
        }
        return (session, at) -> {
            if (Setbacks.mayStillAppear(credential, CREATE_DEADLINE, now)) {
                setbacks.notYet(credential.id(), "it may still appear").record(session, at);
            } else {
                session.provedAbsent(credential.id(), Map.of("neverAppeared", true), at);
            }
        };
    }

    private Outcome openWorkspace(Session session, UUID workspace) {
        if (misfortune()) {
            return setbacks.opening(workspace, failure());
        }
        List<Repo> opened = session.repos().stream()
                .map(repo -> repo.found("id-of-" + repo.name(), "main").opened("base", "work"))
                .toList();
        return (current, now) -> current.workspaceOpened(workspace, opened, now);
    }

    private static Outcome prepareAnew(UUID mount) {
        return (session, now) -> {
            session.prepareAnew(mount);
            session.postponed(mount, "the installer failed", now.plusSeconds(1));
            if (session.resource(mount).attempts() >= 3) {
                session.conclude(Cause.FAILED, Failures.notPrepared("the installer failed"), now);
            }
        };
    }

    private Outcome start(Session session, UUID process) {
        if (chance(10)) {
            return (current, now) -> {
                current.conclude(Cause.FAILED, Failures.notStarted(true, "no mount"), now);
                current.processStopped(process, now);
                current.runEnded(runOf(current, process), RunStatus.FAILED, "no mount", now);
            };
        }
        if (liveSandboxes(Instant.MAX) > 0) {
            processes.add(process);
        }
        return (current, now) -> current.runStarted(process, "42", now);
    }

    private static UUID runOf(Session session, UUID process) {
        return session.runs().stream()
                .filter(run -> session.processOf(run).id().equals(process))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private Outcome stop(UUID process) {
        processes.remove(process);
        return (session, now) -> session.processStopped(process, now);
    }

    private Outcome flush(UUID mount) {
        if (chance(15)) {
            return setbacks.notYet(mount, "the mount does not end");
        }
        boolean clean = !chance(10);
        return (session, now) -> session.flushed(mount, clean, "as chance wanted", now);
    }

    private Outcome settle(Session session, UUID workspace) {
        if (misfortune()) {
            return setbacks.releasing(workspace, failure());
        }
        var failure = chance(10) ? Failures.conflict("web", List.of("README.md")) : null;
        return (current, now) -> current.settled(workspace, session.repos(), failure, now);
    }

    private Outcome destroy(Resource sandbox) {
        if (misfortune()) {
            return setbacks.releasing(sandbox.id(), failure());
        }
        sandboxes.remove(UUID.fromString(sandbox.externalId()));
        processes.clear();
        return (session, now) -> session.sandboxDestroyed(sandbox.id(), Map.of("absent", true), now);
    }

    private Outcome revoke(Resource credential) {
        if (misfortune()) {
            return setbacks.releasing(credential.id(), failure());
        }
        keys.remove(UUID.fromString(credential.externalId()));
        return (session, now) -> session.credentialRevoked(credential.id(), Map.of("refused", true), now);
    }

    /** A call into the sandbox: it finds out when that is gone. */
    private Outcome inSandbox(Session session, UUID resource, boolean opening, Outcome done) {
        Resource sandbox = session.only(ResourceKind.SANDBOX);
        boolean there = sandboxes.containsKey(UUID.fromString(sandbox.externalId()));
        RemoteFailure gone = new RemoteFailure.Rejected("e2b", "run", 404, "sandbox_gone", "gone");
        if (!there || misfortune()) {
            RemoteFailure failure = there ? failure() : gone;
            return opening ? setbacks.opening(resource, failure) : setbacks.releasing(resource, failure);
        }
        return done;
    }

    // ---- chance --------------------------------------------------------------------------------------------------

    private boolean isThere(Map<UUID, Instant> things, Resource resource, Instant now) {
        Instant since = things.get(resource.attempt());
        return since != null && !since.isAfter(now);
    }

    private Duration late() {
        return Duration.ofSeconds(random.nextInt(80));
    }

    private boolean misfortune() {
        return silent || chance(unkindness);
    }

    private boolean chance(int percent) {
        return !kind && random.nextInt(100) < percent;
    }

    private RemoteFailure failure() {
        return switch (silent ? 7 : random.nextInt(8)) {
            case 0 -> new RemoteFailure.Rejected("e2b", "call", 400, "bad", "refused");
            case 1, 2, 3 -> new RemoteFailure.Busy("e2b", "call", 429, "busy", "busy", null, null);
            default -> new RemoteFailure.Unknown("e2b", "call", 0, "", "no answer", null);
        };
    }
}
