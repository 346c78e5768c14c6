package dev.caprock.session.lifecycle;

import dev.caprock.audit.Actor;
import dev.caprock.id.Ids;
import dev.caprock.secrets.Vault;
import dev.caprock.session.Chronicle;
import dev.caprock.session.Hold;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.Sessions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The transactions of the loop. Each locks the session's place first, so that no write of an older claim gets through; a
 * write that rests on a decision is refused when the session was woken since.
 */
@Component
@Transactional
class Desk {

    /** A session as the loop sees it. */
    record Picture(Session session, Capacity capacity, long wakes, Instant now) {}

    private final Agenda agenda;
    private final Admission admission;
    private final Allowances allowances;
    private final Sessions sessions;
    private final Chronicle chronicle;
    private final Vault vault;
    private final Ids ids;

    Desk(
            Agenda agenda,
            Admission admission,
            Allowances allowances,
            Sessions sessions,
            Chronicle chronicle,
            Vault vault,
            Ids ids) {
        this.agenda = agenda;
        this.allowances = allowances;
        this.admission = admission;
        this.sessions = sessions;
        this.chronicle = chronicle;
        this.vault = vault;
        this.ids = ids;
    }

    /** Empty when the claim is no longer ours. */
    @Transactional(readOnly = true)
    public Optional<Picture> read(Claim claim) {
        return agenda.look(claim).map(held -> {
            Session session = sessions.get(claim.id());
            return new Picture(session, admission.of(session, held.now()), held.wakes(), held.now());
        });
    }

    /**
     * Makes the moves that were decided on a picture.
     *
     * @return those that were made, some perhaps in place of what was decided; empty when the picture is out of date: then nothing
     *     was written
     */
    public List<Action.Move> move(Claim claim, Picture seen, List<Action.Move> decided) {
        var made = new ArrayList<Action.Move>();
        Optional<Session> ignored = change(claim, seen, (session, now) -> {
            for (Action.Move each : decided) {
                admission.settled(session, each, now).ifPresent(move -> {
                    move.apply(session, ids, now);
                    made.add(move);
                });
            }
            session.runs().stream()
                    .filter(run -> run.status().isEnded())
                    .forEach(run -> agenda.remove(Place.run(run.id())));
            if (session.status() == SessionStatus.CLOSED) {
                vault.forget(session.id());
            }
        });
        return made;
    }

    /** Stores the intent of a call that was decided on a picture. Empty when it is out of date: then nothing was written. */
    public <A extends Action.Call> Optional<Session> intend(Claim claim, Picture seen, Doing<A> doing, A call) {
        return change(claim, seen, (session, now) -> doing.intend(session, call, now));
    }

    private Optional<Session> change(Claim claim, Picture seen, BiConsumer<Session, Instant> change) {
        return agenda.lock(claim)
                .filter(held -> held.wakes() == seen.wakes())
                .map(held -> changed(claim, held, change));
    }

    /**
     * Records what came of a call, whatever woke the session meanwhile. It counts as a wake-up itself, so that what was
     * decided before is decided again. False when the claim is no longer ours.
     */
    public boolean record(Claim claim, BiConsumer<Session, Instant> change) {
        Optional<Agenda.Held> locked = agenda.lock(claim);
        locked.ifPresent(held -> {
            agenda.wake(claim.place());
            Session ignored = changed(claim, held, change);
        });
        return locked.isPresent();
    }

    private Session changed(Claim claim, Agenda.Held held, BiConsumer<Session, Instant> change) {
        Session session = sessions.get(claim.id());
        String provider = session.provider();
        boolean hadPlace = session.holdsPlace();
        Hold hold = session.heldBy();
        change.accept(session, held.now());
        boolean leaves = session.status() == SessionStatus.CLOSED || (hadPlace && !session.holdsPlace());
        if (leaves || (hold != null && hold != session.heldBy())) {
            allowances.free(session, held.now());
        }
        if (leaves || (hadPlace && !provider.equals(session.provider()))) {
            agenda.wakeQueued(provider);
        }
        chronicle.record(session, loop(session), held.now());
        return session;
    }

    /** The actor of everything that the service does by itself. */
    static Actor loop(Session session) {
        return Actor.service(session.tenant());
    }
}
