package dev.caprock.session.lifecycle;

import dev.caprock.session.Session;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Performs calls: intent, call, outcome. */
@Component
class Calls {

    private static final Logger log = LoggerFactory.getLogger(Calls.class);

    private final Desk desk;
    private final Setbacks setbacks;
    private final Map<Class<?>, Doing<?>> doings;

    Calls(Desk desk, Setbacks setbacks, List<Doing<?>> doings) {
        this.desk = desk;
        this.setbacks = setbacks;
        this.doings = doings.stream().collect(Collectors.toMap(Doing::action, Function.identity()));
    }

    /** Stores the intent. Empty when the decision is out of date; else the rest of the work, to be run at once. */
    Optional<Runnable> intend(Claim claim, Desk.Picture seen, Action.Call call) {
        return intend(claim, seen, doing(call), call);
    }

    private <A extends Action.Call> Optional<Runnable> intend(Claim claim, Desk.Picture seen, Doing<A> doing, A call) {
        return desk.intend(claim, seen, doing, call).map(session -> () -> perform(claim, session, doing, call));
    }

    private <A extends Action.Call> void perform(Claim claim, Session session, Doing<A> doing, A call) {
        log.debug("{} session={} subject={}", call.getClass().getSimpleName(), session.id(), call.subject());
        Outcome outcome;
        try {
            outcome = doing.perform(session, call, change -> progress(claim, change));
        } catch (RuntimeException bug) {
            log.error("{} session={} failed unexpectedly", call.getClass().getSimpleName(), session.id(), bug);
            outcome = setbacks.unexpected(call.subject(), bug);
        }
        if (!recorded(claim, call, outcome)) {
            log.warn(
                    "{} session={} was fenced: another replica has taken over",
                    call.getClass().getSimpleName(),
                    session.id());
            outcome.fenced();
        }
    }

    /** An outcome that cannot be recorded postpones the step: else it would be done again at once, and for ever. */
    private boolean recorded(Claim claim, Action.Call call, Outcome outcome) {
        try {
            return desk.record(claim, outcome::record);
        } catch (RuntimeException bug) {
            log.error("{} session={} could not be recorded", call.getClass().getSimpleName(), claim.id(), bug);
            return desk.record(claim, setbacks.unexpected(call.subject(), bug)::record);
        }
    }

    private void progress(Claim claim, BiConsumer<Session, Instant> change) {
        boolean ignored = desk.record(claim, change); // if not: the outcome will be fenced too
    }

    @SuppressWarnings("unchecked") // the map is made so
    private <A extends Action.Call> Doing<A> doing(A call) {
        Doing<?> doing = doings.get(call.getClass());
        if (doing == null) {
            throw new IllegalStateException("nothing does " + call.getClass().getSimpleName());
        }
        return (Doing<A>) doing;
    }
}
