package dev.caprock.session.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.RunFiles;
import dev.caprock.sandbox.Runner;
import dev.caprock.sandbox.StopEnd;
import dev.caprock.session.Run;
import dev.caprock.session.Session;
import java.time.Instant;
import org.springframework.stereotype.Component;

/** Ends whatever is alive of a run. Repeatable. The exit code, if there is one, is read by the run's follower. */
@Component
class StoppingRun implements Doing<Action.StopRun> {

    private final Sandboxes sandboxes;
    private final LifecycleSettings settings;
    private final Setbacks setbacks;

    StoppingRun(Sandboxes sandboxes, LifecycleSettings settings, Setbacks setbacks) {
        this.sandboxes = sandboxes;
        this.settings = settings;
        this.setbacks = setbacks;
    }

    @Override
    public Class<Action.StopRun> action() {
        return Action.StopRun.class;
    }

    @Override
    public void intend(Session session, Action.StopRun stop, Instant now) {
        session.intendStop(stop.subject(), stop.reason());
    }

    @Override
    public Outcome perform(Session session, Action.StopRun stop, Progress progress) {
        Run run = requireNonNull(session.resource(stop.subject()).run());
        var command = Runner.stop(new RunFiles(run.number()), settings.stopGrace());
        try {
            CommandResult result = sandboxes.provider(session).run(sandboxes.of(session), command, line -> {});
            return switch (StopEnd.of(result)) {
                case ENDED, WITHOUT_EXIT -> (current, now) -> current.processStopped(stop.subject(), now);
                case UNCLEAR -> setbacks.notYet(stop.subject(), "the stop script did not say that the run ended");
            };
        } catch (RemoteFailure failure) {
            return setbacks.releasing(stop.subject(), failure);
        }
    }
}
