package dev.caprock.session.lifecycle;

import dev.caprock.session.Session;
import io.micrometer.observation.ObservationRegistry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Performs actions: moves in one transaction; calls as intent, call, outcome. */
@Component
class Calls {

    private static final Logger log = LoggerFactory.getLogger(Calls.class);

    private final Desk desk;
    private final Setbacks setbacks;
    private final ObservationRegistry observations;
    private final Map<Class<?>, Doing<?>> doings;

    Calls(Desk desk, Setbacks setbacks, ObservationRegistry observations, List<Doing<?>> doings) {
        this.desk = desk;
        this.setbacks = setbacks;
        this.observations = observations;
        this.doings = doings.stream().collect(Collectors.toMap(Doing::action, Function.identity()));
    }

    /** Makes moves that were decided on a picture, or none where it is out of date. */
    void move(Claim claim, Desk.Picture seen, List<Action.Move> decided) {
        var observed = new HashMap<Action.Move, ObservedAction>();
        decided.stream()
                .filter(move -> !(move instanceof Action.StayQueued)) // to wait is to do nothing, and it is done often
                .forEach(move ->
                        observed.put(move, new ObservedAction(observations, ActionContext.of(move, seen.session()))));
        Function<Action.Move, ActionEnd> end = move -> ActionEnd.UNEXPECTED;
        try {
            List<Action.Move> made = desk.move(claim, seen, decided);
            end = move -> made.contains(move) ? ActionEnd.DONE : ActionEnd.OUTDATED;
        } finally {
            for (var each : observed.entrySet()) {
                each.getValue().ended(end.apply(each.getKey()));
            }
        }
    }

    /** Stores the intent. Empty when the decision is out of date; else the rest of the work, to be run at once. */
    Optional<Runnable> intend(Claim claim, Desk.Picture seen, Action.Call call) {
        return intend(claim, seen, doing(call), call);
    }

    private <A extends Action.Call> Optional<Runnable> intend(Claim claim, Desk.Picture seen, Doing<A> doing, A call) {
        return desk.intend(claim, seen, doing, call).map(session -> () -> perform(claim, session, doing, call));
    }

    private <A extends Action.Call> void perform(Claim claim, Session session, Doing<A> doing, A call) {
        var observed = new ObservedAction(observations, ActionContext.of(call, session));
        var end = ActionEnd.UNEXPECTED;
        try (var ignored = observed.scope()) {
            end = performed(claim, session, doing, call);
        } finally {
            observed.ended(end);
        }
    }

    private <A extends Action.Call> ActionEnd performed(Claim claim, Session session, Doing<A> doing, A call) {
        log.debug("{} session={} subject={}", call.getClass().getSimpleName(), session.id(), call.subject());
        Outcome outcome = outcome(claim, session, doing, call);
        return recorded(claim, call, outcome).orElseGet(() -> fenced(claim, call, outcome));
    }

    private <A extends Action.Call> Outcome outcome(Claim claim, Session session, Doing<A> doing, A call) {
        try {
            return doing.perform(session, call, change -> progress(claim, change));
        } catch (RuntimeException bug) {
            log.error("{} session={} failed unexpectedly", call.getClass().getSimpleName(), session.id(), bug);
            return setbacks.unexpected(call.subject(), bug);
        }
    }

    /** An outcome that cannot be recorded postpones the step: else it would be done again at once, and for ever. */
    private Optional<ActionEnd> recorded(Claim claim, Action.Call call, Outcome outcome) {
        try {
            return record(claim, outcome);
        } catch (RuntimeException bug) {
            log.error("{} session={} could not be recorded", call.getClass().getSimpleName(), claim.id(), bug);
            return record(claim, setbacks.unexpected(call.subject(), bug));
        }
    }

    /** Empty when the session is no longer ours. */
    private Optional<ActionEnd> record(Claim claim, Outcome outcome) {
        return desk.record(claim, outcome::record) ? Optional.of(outcome.end()) : Optional.empty();
    }

    private static ActionEnd fenced(Claim claim, Action.Call call, Outcome outcome) {
        log.warn(
                "{} session={} was fenced: another replica has taken over",
                call.getClass().getSimpleName(),
                claim.id());
        outcome.fenced();
        return ActionEnd.FENCED;
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
