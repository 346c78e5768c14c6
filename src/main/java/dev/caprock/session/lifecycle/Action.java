package dev.caprock.session.lifecycle;

import dev.caprock.id.Ids;
import dev.caprock.session.Cause;
import dev.caprock.session.Detail;
import dev.caprock.session.Hold;
import dev.caprock.session.RunStatus;
import dev.caprock.session.Session;
import dev.caprock.session.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The next thing to do for a session. */
sealed interface Action {

    /** The resource that it works on (or the session itself): one action per subject is under way at a time. */
    UUID subject();

    /** A move of the stored state alone: done in one transaction, nothing outside is touched. */
    sealed interface Move extends Action {
        void apply(Session session, Ids ids, Instant now);
    }

    /** Something outside: its intent is stored before it is done, and what came of it afterwards. */
    sealed interface Call extends Action {}

    record Begin(UUID subject) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.begin(now, ids);
        }
    }

    /**
     * Its provider is busy, or its tenant has what it may have.
     *
     * @param hold null where it is the provider
     */
    record StayQueued(UUID subject, String reason, @Nullable Hold hold, Instant until) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.waitFor(reason, hold, until);
        }
    }

    /** Another provider is to make the sandbox, which nobody has been asked for yet. */
    record TurnTo(UUID subject, String provider, String why) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.turnTo(provider, why);
        }
    }

    record Conclude(UUID subject, Cause cause, @Nullable Detail detail) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.conclude(cause, detail, now);
        }
    }

    record WantAnotherCredential(UUID subject) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.wantAnotherCredential(ids);
        }
    }

    record ReplaceSandbox(UUID subject) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.replaceSandbox(ids);
        }
    }

    /** Ends a run whose exit code can no longer be read. */
    record EndRun(UUID subject, RunStatus end, String reason) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.runEnded(subject, end, reason, now);
        }
    }

    /** Everything is there but a run. */
    record RestOpen(UUID subject) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.opened(now);
        }
    }

    record DropUnusedMount(UUID subject) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.mountUnused(subject, now);
        }
    }

    record GiveUpFlush(UUID subject, String reason) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.flushed(subject, false, reason, now);
        }
    }

    record GiveUpSettling(UUID subject, Detail detail) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.notSettled(subject, detail, now);
        }
    }

    record Close(UUID subject) implements Move {
        @Override
        public void apply(Session session, Ids ids, Instant now) {
            session.close(now);
        }
    }

    record MintCredential(UUID subject) implements Call {}

    /**
     * @param at the time from which the look is: it proves nothing of what appears later, however late it is answered
     */
    record LookForCredential(UUID subject, Instant at) implements Call {}

    record OpenWorkspace(UUID subject) implements Call {}

    record CreateSandbox(UUID subject) implements Call {}

    /**
     * @param at as of {@link LookForCredential}
     */
    record LookForSandbox(UUID subject, Instant at) implements Call {}

    /**
     * @param life how long it is to live from now on
     * @param until what that was when it was decided: from whenever the call arrives, it lives at least that long
     */
    record ExtendSandbox(UUID subject, Duration life, Instant until) implements Call {}

    /** Prepares the sandbox and starts the mount; the subject is the mount. */
    record Prepare(UUID subject) implements Call {}

    /** Starts a run's agent; the subject is its process. */
    record StartRun(UUID subject) implements Call {}

    record StopRun(UUID subject, StopReason reason) implements Call {}

    record Flush(UUID subject) implements Call {}

    /** Reads back what the session left, and publishes it where that was asked for. */
    record SettleWorkspace(UUID subject) implements Call {}

    record DestroySandbox(UUID subject) implements Call {}

    record RevokeCredential(UUID subject) implements Call {}
}
