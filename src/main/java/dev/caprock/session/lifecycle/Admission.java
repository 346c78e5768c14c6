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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Looks whether a session may begin now, and where its sandbox can be made. First come, first served among those that their
 * tenants let begin: one that its own tenant holds back is in nobody's way.
 */
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
    private final Allowances allowances;
    private final Tickets tickets;

    Admission(
            Providers providers,
            SessionQueue queue,
            Networks networks,
            AdmissionSettings settings,
            Allowances allowances,
            Clock clock) {
        this.providers = providers;
        this.allowances = allowances;
        this.queue = queue;
        this.networks = networks;
        this.settings = settings;
        this.tickets = new Tickets(clock);
    }

    /** What a queued session is decided by. */
    Capacity of(Session session, Instant now) {
        Optional<Provider> own = providers.find(session.provider());
        if (session.status() != SessionStatus.QUEUED) {
            return Capacity.NOT_ASKED;
        }
        Optional<Room> held = allowances.hold(session, now);
        if (held.isPresent()) {
            return new Capacity(List.of(held.get()));
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
     * Decides again what concerns more sessions than one, now that nobody else can: whether a session begins, and whether its tenant
     * holds it back. What it takes by beginning is taken.
     *
     * @return what is to be done; empty when the decision no longer holds and another one is due
     */
    Optional<Action.Move> settled(Session session, Action.Move decided, Instant now) {
        return switch (decided) {
            case Action.Begin begin -> Optional.of(admitted(session, begin, now));
            case Action.StayQueued stay
            when stay.hold() != null -> {
                allowances.lock(session);
                yield allowances.hold(session, now).map(room -> stay(session, room, now));
            }
            default -> Optional.of(decided);
        };
    }

    private Action.Move admitted(Session session, Action.Begin begin, Instant now) {
        allowances.lock(session);
        return allowances
                .hold(session, now)
                .or(() -> full(session))
                .or(() -> allowances.take(session, now))
                .map(room -> stay(session, room, now))
                .orElse(begin);
    }

    private Optional<Room> full(Session session) {
        Integer most = settings.maximum(session.provider());
        if (most == null || providers.find(session.provider()).isEmpty()) {
            return Optional.empty();
        }
        queue.lockProvider(session.provider());
        return queue.places(session.provider()) < most
                ? Optional.empty()
                : Optional.of(inUse(session.provider(), most, settings.look()));
    }

    private static Action.Move stay(Session session, Room room, Instant now) {
        return new Action.StayQueued(session.id(), room.reason(), room.hold(), now.plus(room.lookIn()));
    }

    private static Room inUse(String provider, int most, Duration lookIn) {
        return Room.busy(provider, "all of its %d sandboxes are in use".formatted(most), lookIn);
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
                .filter(name -> !name.equals(session.provider()) && allowances.allows(session, name))
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
            return inUse(provider.name(), most, apart(settings.look(), ahead));
        }
        boolean first = ahead < standing.free() && ahead + queue.putOff(provider.name()) < standing.free();
        if (!first || !tickets.take(provider.name(), session.id(), standing.free())) {
            return Room.turn(provider.name(), apart(TURN, ahead));
        }
        return Room.free(provider.name());
    }

    /** So that those behind look later. */
    static Duration apart(Duration wait, long ahead) {
        Duration more = APART.multipliedBy(Math.min(ahead, 1000));
        return wait.plus(more.compareTo(LONGEST) < 0 ? more : LONGEST);
    }
}
