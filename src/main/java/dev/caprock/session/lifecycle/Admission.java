package dev.caprock.session.lifecycle;

import dev.caprock.remote.Standing;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.sandbox.Specification;
import dev.caprock.session.AdmissionSettings;
import dev.caprock.session.Session;
import dev.caprock.session.SessionQueue;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.lifecycle.Capacity.Room;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Looks where a session's sandbox can be made now. First come, first served: nobody takes the place of one before it. */
@Component
class Admission {

    /** How much later those behind look, so that a long queue does not look all at once. */
    private static final Duration APART = Duration.ofMillis(200);

    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** How long to wait for one's turn while nothing else is in the way. */
    private static final Duration TURN = Duration.ofSeconds(1);

    private final Providers providers;
    private final SessionQueue queue;
    private final Networks networks;
    private final AdmissionSettings settings;
    private final Tickets tickets;

    Admission(Providers providers, SessionQueue queue, Networks networks, AdmissionSettings settings, Clock clock) {
        this.providers = providers;
        this.queue = queue;
        this.networks = networks;
        this.settings = settings;
        this.tickets = new Tickets(clock);
    }

    /** What a queued session is decided by. */
    Capacity of(Session session) {
        Optional<Provider> own = providers.find(session.provider());
        if (session.status() != SessionStatus.QUEUED) {
            return Capacity.NOT_ASKED;
        }
        if (own.isEmpty()) {
            return new Capacity(List.of(Room.free(session.provider()))); // opening tells what is wrong
        }
        var rooms = new ArrayList<Room>();
        Room first = room(own.get(), session);
        rooms.add(first);
        if (!first.isFree() && !first.brief()) {
            others(session).forEach(other -> rooms.add(room(other, session)));
        }
        return new Capacity(List.copyOf(rooms));
    }

    /**
     * Another provider for a session whose own does not make its sandbox.
     *
     * @param now whether only one that is free now will do
     */
    Optional<String> elsewhere(Session session, boolean now) {
        return others(session).stream()
                .filter(other -> !now || room(other, session).isFree())
                .map(Provider::name)
                .findFirst();
    }

    /** The session's create is on its way. */
    void begun(Session session) {
        tickets.used(session.id());
    }

    private List<Provider> others(Session session) {
        if (!session.mayTurn(settings.switches())) {
            return List.of();
        }
        return providers.names().stream()
                .filter(name -> !name.equals(session.provider()))
                .map(providers::named)
                .filter(provider -> canDo(provider, session))
                .toList();
    }

    private boolean canDo(Provider provider, Session session) {
        var wanted = new Specification(
                "check",
                "check",
                "check",
                session.terms().template(),
                session.terms().ttl(),
                session.terms().vcpus(),
                networks.of(session));
        return session.terms().ttl().compareTo(provider.maximumLifetime()) <= 0
                && provider.refusals(wanted).isEmpty();
    }

    private Room room(Provider provider, Session session) {
        Standing standing = provider.standing();
        long ahead = queue.ahead(provider.name(), session.id());
        if (standing.brief()) {
            return Room.turn(provider.name(), apart(standing.busyFor(), ahead));
        }
        if (!standing.isUsable()) {
            return Room.busy(
                    provider.name(), Objects.requireNonNull(standing.reason()), apart(standing.busyFor(), ahead));
        }
        Integer most = settings.maximum(provider.name());
        if (most != null && (ahead >= most || ahead + queue.places(provider.name()) >= most)) {
            return Room.busy(
                    provider.name(),
                    "all of its %d sandboxes are in use".formatted(most),
                    apart(settings.look(), ahead));
        }
        boolean first = ahead < standing.free() && ahead + queue.putOff(provider.name()) < standing.free();
        if (!first || !tickets.take(provider.name(), session.id(), standing.free())) {
            return Room.turn(provider.name(), apart(TURN, ahead));
        }
        return Room.free(provider.name());
    }

    private static Duration apart(Duration wait, long ahead) {
        Duration more = APART.multipliedBy(Math.min(ahead, 1000));
        return wait.plus(more.compareTo(LONGEST) < 0 ? more : LONGEST);
    }
}
