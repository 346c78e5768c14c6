package dev.caprock.session.lifecycle;

import dev.caprock.journal.Entry;
import dev.caprock.journal.Outputs;
import dev.caprock.journal.Position;
import dev.caprock.sandbox.RunExit;
import dev.caprock.session.Chronicle;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.RunStatus;
import dev.caprock.session.Session;
import dev.caprock.session.Sessions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The transactions of a follower. Plain output locks only the run's own place; whatever changes the session locks the
 * session's place before it, as the loop does.
 */
@Component
@Transactional
class FollowDesk {

    /** A followed run: its session, and how far its output is stored. */
    record Followed(Session session, UUID run, Position position) {}

    private final Agenda agenda;
    private final Sessions sessions;
    private final Chronicle chronicle;
    private final Outputs outputs;

    FollowDesk(Agenda agenda, Sessions sessions, Chronicle chronicle, Outputs outputs) {
        this.agenda = agenda;
        this.sessions = sessions;
        this.chronicle = chronicle;
        this.outputs = outputs;
    }

    /** Empty when the claim is no longer ours. */
    @Transactional(readOnly = true)
    public Optional<Followed> read(Claim claim) {
        return agenda.look(claim).map(held -> {
            UUID run = claim.id();
            return new Followed(sessions.get(sessions.ofRun(run)), run, outputs.position(run));
        });
    }

    /** Appends a batch. False when the claim is no longer ours, or another follower was faster: nothing was written. */
    public boolean append(Claim claim, Followed followed, Position expected, Intake.Batch batch) {
        boolean first = expected.stdout() + expected.stderr() == 0;
        if (first || batch.report() != null) {
            return change(claim, followed, (session, now) -> {
                session.firstOutput(followed.run(), now);
                report(session, followed.run(), batch);
                write(followed, expected, batch, now);
            });
        }
        Optional<Agenda.Held> held = agenda.lock(claim);
        held.ifPresent(locked -> write(followed, expected, batch, locked.now()));
        return held.isPresent();
    }

    private static void report(Session session, UUID run, Intake.Batch batch) {
        if (batch.report() != null) {
            String conversation = batch.report().conversation();
            if (conversation != null) {
                session.runConverses(run, conversation);
            }
            session.runReported(run, batch.report().result(), batch.report().usage());
        }
    }

    private void write(Followed followed, Position expected, Intake.Batch batch, Instant now) {
        UUID session = followed.session().id();
        if (!outputs.append(session, followed.run(), expected, batch.pieces(), batch.next(), batch.others(), now)) {
            throw new OvertakenException(followed.run());
        }
    }

    /** The agent made a file shorter than what was read of it: from now on it is read from its start. */
    public boolean rebase(Claim claim, Followed followed, boolean stdout, boolean stderr) {
        Position at = followed.position();
        var next = new Position(
                at.stdout(),
                at.stderr(),
                stdout ? at.stdout() : at.stdoutBase(),
                stderr ? at.stderr() : at.stderrBase(),
                stdout ? at.stdout() : at.lineStart(),
                at.dropped());
        var warning = new Entry(
                "session.warning",
                followed.run(),
                Map.of("code", "output_truncated", "message", "The agent made its own output file shorter."));
        return append(claim, followed, at, new Intake.Batch(List.of(), List.of(warning), next, null));
    }

    /** The run has ended and all it printed is stored, but for this last batch. */
    public boolean exited(Claim claim, Followed followed, Position expected, Intake.Batch last, RunExit exit) {
        return change(claim, followed, (session, now) -> {
            report(session, followed.run(), last);
            write(followed, expected, last, now);
            Position end = last.next();
            warnOfGap(session, end, exit);
            var counts = Map.<String, Object>of("stdoutBytes", end.stdout(), "stderrBytes", end.stderr());
            session.runExited(followed.run(), exit.code(), exit.signal(), counts, now);
            agenda.remove(claim.place());
        });
    }

    private static void warnOfGap(Session session, Position end, RunExit exit) {
        if (end.stdout() - end.stdoutBase() < exit.stdout() || end.stderr() - end.stderrBase() < exit.stderr()) {
            session.warn("output_incomplete", "The sandbox reports more output than could be read.");
        }
    }

    /** The run's process is gone and left no exit code. */
    public boolean lost(Claim claim, Followed followed, Position expected, Intake.Batch last) {
        return change(claim, followed, (session, now) -> {
            write(followed, expected, last, now);
            session.runEnded(followed.run(), RunStatus.LOST, "its process is gone and left no exit code", now);
            agenda.remove(claim.place());
        });
    }

    /** The sandbox in which the run was followed is gone. True when the run needs no follower now. */
    public boolean sandboxLost(Claim claim, Followed followed) {
        String lost = followed.session().only(ResourceKind.SANDBOX).externalId();
        var running = new AtomicBoolean();
        boolean held = change(claim, followed, (session, now) -> {
            session.sandboxLost(lost, now);
            running.set(session.run(followed.run()).status() == RunStatus.RUNNING); // in another sandbox
            if (!running.get()) {
                agenda.remove(claim.place());
            }
        });
        return !held || !running.get();
    }

    /** A run that has ended needs no follower. */
    public void leave(Claim claim) {
        agenda.lock(claim).ifPresent(held -> agenda.remove(claim.place()));
    }

    private boolean change(Claim claim, Followed followed, BiConsumer<Session, Instant> change) {
        agenda.wake(Place.session(followed.session().id())); // locks it, and lets the loop look at what we leave
        Optional<Agenda.Held> held = agenda.lock(claim);
        held.ifPresent(locked -> {
            Session session = sessions.get(followed.session().id());
            change.accept(session, locked.now());
            chronicle.record(session, Desk.loop(session), locked.now());
        });
        return held.isPresent();
    }

    /** Another follower has stored output that this one was about to store. Nothing was written. */
    static final class OvertakenException extends RuntimeException {

        OvertakenException(UUID run) {
            super("another follower of run %s was faster".formatted(run));
        }
    }
}
