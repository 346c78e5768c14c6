package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Session;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * Has another provider make a sandbox that the session's own cannot make. Only what is proved absent is turned away from, so
 * that there are never two.
 */
@Component
class FailOver {

    private final Admission admission;
    private final Setbacks setbacks;

    FailOver(Admission admission, Setbacks setbacks) {
        this.admission = admission;
        this.setbacks = setbacks;
    }

    /** The create failed: of what did not happen another provider is asked, if there is one; what is unknown is looked for. */
    Outcome making(Session session, UUID sandbox, RemoteFailure failure) {
        Outcome stay = setbacks.making(sandbox, failure);
        Optional<String> other = switch (failure) {
            case RemoteFailure.Rejected rejected ->
                rejected.concernsAccount() ? admission.elsewhere(session, false) : Optional.empty();
            case RemoteFailure.Busy busy ->
                busy.code().equals("rate_limited") ? Optional.empty() : admission.elsewhere(session, true);
            case RemoteFailure.Unknown unknown -> Optional.empty();
        };
        return other.map(name -> turned(name, sandbox, Objects.toString(failure.getMessage(), "")))
                .orElse(stay);
    }

    /** The lost create is proved absent: another provider is asked if one is free, else the same one again. */
    Outcome neverAppeared(Session session, UUID sandbox) {
        String why = "the lost create never appeared";
        return admission
                .elsewhere(session, true)
                .map(name -> turned(name, sandbox, why))
                .orElse((current, now) -> current.absent(sandbox, why, now));
    }

    private static Outcome turned(String other, UUID sandbox, String why) {
        return new Setback((session, now) -> {
            session.absent(sandbox, why, now);
            session.turnTo(other, why);
        });
    }
}
