package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.session.Session;
import dev.caprock.workspace.FlushEnd;
import dev.caprock.workspace.Mount;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Ends the mount so that every edit is handed over. Repeatable: a clean end stays clean. */
@Component
class Flushing implements Doing<Action.Flush> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Sandboxes sandboxes;
    private final Setbacks setbacks;

    Flushing(Sandboxes sandboxes, Setbacks setbacks) {
        this.sandboxes = sandboxes;
        this.setbacks = setbacks;
    }

    @Override
    public Class<Action.Flush> action() {
        return Action.Flush.class;
    }

    @Override
    public Outcome perform(Session session, Action.Flush flush, Progress progress) {
        UUID mount = flush.subject();
        try {
            CommandResult result =
                    sandboxes.provider(session).run(sandboxes.of(session), Mount.flush(PATIENCE), line -> {});
            return switch (FlushEnd.of(result)) {
                case CLEAN -> (current, now) -> current.flushed(mount, true, "the mount ended cleanly", now);
                case UNCLEAN -> (current, now) -> current.flushed(mount, false, "the mount ended with an error", now);
                case MISSING -> (current, now) -> current.flushed(mount, false, "the mount was gone already", now);
                case HANGING -> setbacks.notYet(mount, "the mount does not end");
                case UNCLEAR -> setbacks.notYet(mount, "the flush script did not say that the mount ended");
            };
        } catch (RemoteFailure failure) {
            return setbacks.releasing(mount, failure);
        }
    }
}
