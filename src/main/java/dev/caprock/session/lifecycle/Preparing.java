package dev.caprock.session.lifecycle;

import dev.caprock.agent.AgentRequest;
import dev.caprock.agent.Agents;
import dev.caprock.agent.Launch;
import dev.caprock.id.Ids;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.CommandsApart;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.session.AgentChoice;
import dev.caprock.session.Cause;
import dev.caprock.session.Failures;
import dev.caprock.session.Session;
import dev.caprock.workspace.Mount;
import dev.caprock.workspace.Phase;
import dev.caprock.workspace.PrepareEnd;
import dev.caprock.workspace.Workspaces;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.springframework.stereotype.Component;

/**
 * Prepares the sandbox and starts the mount, and uploads what the mount and the run need, side by side. The work in the
 * sandbox goes on when our command is cut off; the next attempt watches the rest of it.
 */
@Component
class Preparing implements Doing<Action.Prepare> {

    /** How often preparing is begun anew after it failed in the sandbox. */
    private static final int ATTEMPTS = 3;

    private final Sandboxes sandboxes;
    private final Uploads uploads;
    private final Agents agents;
    private final String cliVersion;
    private final Setbacks setbacks;
    private final Ids ids;

    Preparing(Sandboxes sandboxes, Uploads uploads, Agents agents, Workspaces workspaces, Setbacks setbacks, Ids ids) {
        this.sandboxes = sandboxes;
        this.uploads = uploads;
        this.agents = agents;
        this.cliVersion = workspaces.cliVersion();
        this.setbacks = setbacks;
        this.ids = ids;
    }

    @Override
    public Class<Action.Prepare> action() {
        return Action.Prepare.class;
    }

    @Override
    public void intend(Session session, Action.Prepare prepare, Instant now) {
        session.intend(prepare.subject(), ids.next(), null, now);
    }

    @Override
    public Outcome perform(Session session, Action.Prepare prepare, Progress progress) {
        try {
            return ended(prepare.subject(), prepared(session, prepare.subject(), progress));
        } catch (RemoteFailure failure) {
            return setbacks.opening(prepare.subject(), failure);
        }
    }

    private CommandResult prepared(Session session, UUID mount, Progress progress) {
        int seen = session.resource(mount).step();
        Mount.Installation wanted = wanted(session.terms().agent());
        CommandsApart apart = sandboxes.provider(session) instanceof CommandsApart any ? any : null;
        var tasks = new ArrayList<Callable<CommandResult>>();
        IntFunction<Command> command =
                from -> apart == null ? Mount.prepare(from, wanted) : Mount.prepareApart(from, wanted);
        tasks.add(() -> run(session, mount, command, seen, progress));
        if (apart != null) {
            tasks.add(launching(session, apart, Mount.keep()));
        }
        tasks.addAll(uploads.forMount(session));
        session.currentRun().ifPresent(run -> tasks.addAll(uploads.forRun(session, run)));
        CommandResult result = SideBySide.run(tasks).getFirst();
        return apart != null && PrepareEnd.of(result) == PrepareEnd.UNSEEN
                ? preparedByRoot(session, mount, apart, Mount.keepAsRoot(result), progress)
                : result;
    }

    private CommandResult preparedByRoot(
            Session session, UUID mount, CommandsApart apart, Command keeper, Progress progress) {
        var tasks = new ArrayList<Callable<CommandResult>>();
        tasks.add(() -> run(
                session,
                mount,
                from -> Mount.prepareForRoot(wanted(session.terms().agent())),
                0,
                progress));
        tasks.add(launching(session, apart, keeper));
        tasks.addAll(uploads.forMount(session));
        return SideBySide.run(tasks).getFirst();
    }

    private Callable<CommandResult> launching(Session session, CommandsApart apart, Command keeper) {
        return () -> {
            apart.launch(sandboxes.of(session), keeper);
            return SideBySide.NOTHING;
        };
    }

    private CommandResult run(Session session, UUID mount, IntFunction<Command> prepare, int seen, Progress progress) {
        Provider provider = sandboxes.provider(session);
        Sandbox sandbox = sandboxes.of(session);
        CommandResult result = provider.run(
                sandbox,
                prepare.apply(seen),
                line -> Phase.parse(line).ifPresent(phase -> progress.record(reached(mount, phase))));
        if (PrepareEnd.of(result) != PrepareEnd.NEEDS_ROOT) {
            return result;
        }
        CommandResult installed = provider.run(
                sandbox, Mount.installAsRoot(0, wanted(session.terms().agent())), line -> {});
        return installed.succeeded() ? provider.run(sandbox, prepare.apply(0), line -> {}) : installed;
    }

    private Mount.Installation wanted(AgentChoice agent) {
        Launch launch = agents.find(agent.kind())
                .orElseThrow(() -> new IllegalStateException("no agent " + agent.kind()))
                .launch(new AgentRequest(agent.kind(), agent.args(), agent.command(), agent.version(), null));
        Launch.Program program = launch.program();
        return program == null
                ? new Mount.Installation(cliVersion, null, null, null)
                : new Mount.Installation(cliVersion, program.executable(), program.npmPackage(), program.version());
    }

    private static java.util.function.BiConsumer<Session, Instant> reached(UUID mount, Phase phase) {
        return (session, now) -> session.preparePhase(
                mount, phase.name(), phase.state().name().toLowerCase(java.util.Locale.ROOT), phase.detail());
    }

    private Outcome ended(UUID mount, CommandResult result) {
        return switch (PrepareEnd.of(result)) {
            case PREPARED -> (session, now) -> session.sandboxPrepared(mount, now);
            case UNCLEAR -> setbacks.notYet(mount, "the prepare command ended with exit code " + result.exitCode());
            case FAILED, NEEDS_ROOT, NO_CREDENTIAL, UNSEEN, DIED ->
                new Setback((session, now) -> again(session, mount, result, now));
        };
    }

    private void again(Session session, UUID mount, CommandResult result, Instant now) {
        String what = "preparing the sandbox: " + PrepareEnd.of(result).name().toLowerCase(java.util.Locale.ROOT);
        session.prepareAnew(mount);
        setbacks.notYet(mount, what).record(session, now);
        if (session.resource(mount).attempts() >= ATTEMPTS) {
            var detail = Failures.notPrepared(lastLine(result.errors()));
            session.conclude(Cause.FAILED, detail, now);
        }
    }

    private static String lastLine(String text) {
        List<String> lines = text.strip().lines().toList();
        return lines.isEmpty() ? "no message" : lines.getLast();
    }
}
