package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Cause;
import dev.caprock.session.Failures;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.ResourceState;
import dev.caprock.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** What is recorded of calls that failed. All attempts and waits are on the rows, so that a crash loses none. */
@Component
class Setbacks {

    /** How providers say that a sandbox is no longer there to work in. */
    private static final Set<String> LOSS = Set.of("sandbox_gone", "sandbox_paused");

    private final LifecycleSettings settings;

    Setbacks(LifecycleSettings settings) {
        this.settings = settings;
    }

    /** Something outside was to be made, once: what did not happen may be tried again, what is unknown is looked for. */
    Outcome making(UUID resource, RemoteFailure failure) {
        return new Setback((session, now) -> {
            switch (failure) {
                case RemoteFailure.Rejected rejected -> {
                    session.absent(resource, message(rejected), now);
                    refuse(session, resource, rejected, now);
                }
                case RemoteFailure.Busy busy ->
                    session.absent(resource, message(busy), retryAt(session, resource, busy, now));
                case RemoteFailure.Unknown unknown -> session.postponed(resource, message(unknown), now);
            }
        });
    }

    /** A step towards opening that may be repeated. */
    Outcome opening(UUID resource, RemoteFailure failure) {
        return new Setback((session, now) -> {
            if (session.resource(resource).is(ResourceState.GONE)) {
                return; // it went with a sandbox that was lost meanwhile
            }
            if (tellsOfLoss(failure)) {
                sandboxLost(session, now);
            } else {
                session.postponed(resource, message(failure), retryAt(session, resource, failure, now));
                if (failure instanceof RemoteFailure.Rejected rejected) {
                    refuse(session, resource, rejected, now);
                }
            }
        });
    }

    /** A step that is repeated for as long as it takes, whatever the remote says. */
    Outcome releasing(UUID resource, RemoteFailure failure) {
        return new Setback((session, now) -> {
            if (session.resource(resource).is(ResourceState.GONE)) {
                return;
            }
            if (tellsOfLoss(failure)) {
                sandboxLost(session, now);
            }
            session.postponed(resource, message(failure), retryAt(session, resource, failure, now));
        });
    }

    private static void sandboxLost(Session session, Instant now) {
        String sandbox = session.only(ResourceKind.SANDBOX).externalIdOrNull();
        if (sandbox != null) {
            session.sandboxLost(sandbox, now);
        }
    }

    /** A sandbox's life could not be extended: it is tried again while it lives, whatever pause the remote asks for. */
    Outcome extending(UUID sandbox, RemoteFailure failure) {
        return new Setback((session, now) -> {
            if (tellsOfLoss(failure)) {
                sandboxLost(session, now);
                return;
            }
            Instant lease = Objects.requireNonNullElse(session.resource(sandbox).leaseUntil(), now);
            Instant halfway = now.plus(Duration.between(now, lease).dividedBy(2));
            Instant asked = retryAt(session, sandbox, failure, now);
            Instant own = now.plus(backOff(session, sandbox));
            Instant latest = halfway.isAfter(own) ? halfway : own;
            session.postponed(sandbox, message(failure), asked.isBefore(latest) ? asked : latest);
        });
    }

    /** Not yet done, for a reason that is no failure of a remote. */
    Outcome notYet(UUID resource, String why) {
        return new Setback((session, now) -> session.postponed(resource, why, now.plus(backOff(session, resource))));
    }

    /** A fault of ours. */
    Outcome unexpected(UUID resource, RuntimeException bug) {
        return new Setback(notYet(resource, "unexpected " + bug.getClass().getSimpleName()), ActionEnd.UNEXPECTED);
    }

    static boolean tellsOfLoss(RemoteFailure failure) {
        return failure instanceof RemoteFailure.Rejected && LOSS.contains(failure.code());
    }

    private static void refuse(Session session, UUID resource, RemoteFailure.Rejected rejected, Instant now) {
        String kind = session.resource(resource).kind().text();
        session.conclude(Cause.FAILED, Failures.refused(kind + "_refused", message(rejected)), now);
    }

    private Instant retryAt(Session session, UUID resource, RemoteFailure failure, Instant now) {
        Duration wait = backOff(session, resource);
        if (failure instanceof RemoteFailure.Busy busy && busy.retryAfter() != null) {
            Duration asked = busy.retryAfter();
            wait = asked.compareTo(wait) > 0 ? asked : wait;
        }
        return now.plus(wait);
    }

    Duration backOff(Session session, UUID resource) {
        return settings.backOff(session.resource(resource).attempts());
    }

    private static String message(RemoteFailure failure) {
        return Objects.toString(failure.getMessage(), "");
    }

    /** Whether a look that found nothing proves nothing, because a late create could still have appeared after it. */
    static boolean mayStillAppear(Resource resource, Duration createDeadline, Instant lookedAt) {
        return resource.is(ResourceState.INTENDED)
                && lookedAt.isBefore(resource.intentAt().plus(createDeadline));
    }
}
