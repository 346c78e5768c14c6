package dev.caprock.session.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.caprock.id.Ids;
import dev.caprock.journal.Outputs;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.RunFiles;
import dev.caprock.sandbox.Runner;
import dev.caprock.sandbox.StartEnd;
import dev.caprock.session.Cause;
import dev.caprock.session.Failures;
import dev.caprock.session.ResourceState;
import dev.caprock.session.Run;
import dev.caprock.session.RunStatus;
import dev.caprock.session.Session;
import dev.caprock.workspace.Mount;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Has the runner verify the mount and start the agent. Repeatable: a run starts once, however often it is asked to. */
@Component
class StartingRun implements Doing<Action.StartRun> {

    private static final Duration MOUNT_WAIT = Duration.ofSeconds(90);

    private final Sandboxes sandboxes;
    private final Uploads uploads;
    private final Agenda agenda;
    private final Outputs outputs;
    private final Setbacks setbacks;
    private final Ids ids;

    StartingRun(Sandboxes sandboxes, Uploads uploads, Agenda agenda, Outputs outputs, Setbacks setbacks, Ids ids) {
        this.sandboxes = sandboxes;
        this.uploads = uploads;
        this.agenda = agenda;
        this.outputs = outputs;
        this.setbacks = setbacks;
        this.ids = ids;
    }

    @Override
    public Class<Action.StartRun> action() {
        return Action.StartRun.class;
    }

    @Override
    public void intend(Session session, Action.StartRun start, Instant now) {
        session.intend(start.subject(), ids.next(), null, now);
    }

    @Override
    public Outcome perform(Session session, Action.StartRun start, Progress progress) {
        Run run = requireNonNull(session.resource(start.subject()).run());
        var command = Runner.start(new RunFiles(run.number()), MOUNT_WAIT, Mount.POINT, uploads.paths(session));
        try {
            if (run.number() > 1) { // the first one's files came while the sandbox was prepared
                List<CommandResult> ignored = SideBySide.run(uploads.forRun(session, run));
            }
            CommandResult result = sandboxes.provider(session).run(sandboxes.of(session), command, line -> {});
            return switch (StartEnd.of(result)) {
                case StartEnd.Started(long pid, Instant at) -> started(start.subject(), run.id(), pid);
                case StartEnd.NotStarted(StartEnd.Cause cause, String reason) ->
                    notStarted(run.id(), start.subject(), cause, reason);
                case StartEnd.Unclear(String reason) -> setbacks.notYet(start.subject(), reason);
            };
        } catch (RemoteFailure failure) {
            return setbacks.opening(start.subject(), failure);
        }
    }

    private Outcome started(UUID process, UUID run, long pid) {
        return (session, now) -> {
            session.runStarted(process, Long.toString(pid), now);
            if (session.resource(process).is(ResourceState.LIVE)) {
                outputs.open(session.id(), run); // from the start of its files, also when this is not its first start
                agenda.follow(run);
            }
        };
    }

    private static Outcome notStarted(UUID run, UUID process, StartEnd.Cause cause, String reason) {
        return new Setback((session, now) -> {
            session.conclude(Cause.FAILED, Failures.notStarted(cause == StartEnd.Cause.MOUNT, reason), now);
            session.processStopped(process, now);
            session.runEnded(run, RunStatus.FAILED, reason, now);
        });
    }
}
