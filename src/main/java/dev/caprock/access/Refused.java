package dev.caprock.access;

import dev.caprock.problem.Problem;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.AuthenticationException;

/** A credential that does not open anything, or cannot be judged now. */
final class Refused extends AuthenticationException {

    private static final long serialVersionUID = 1L;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final transient Problem problem;

    private Refused(Problem problem) {
        super(problem.code());
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }

    /** Nothing was sent. */
    static Refused missing() {
        return new Refused(new Problem(
                        HttpStatus.UNAUTHORIZED,
                        "unauthenticated",
                        "The request does not say who is calling.",
                        "Send \"Authorization: Bearer\" with an API key or a token.")
                .with(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"caprock\""));
    }

    /** @param why without the credential itself, and without double quotes */
    static Refused invalid(String why) {
        return new Refused(new Problem(
                        HttpStatus.UNAUTHORIZED, "invalid_credential", why, "Send a key or a token that is valid now.")
                .with(
                        HttpHeaders.WWW_AUTHENTICATE,
                        "Bearer realm=\"caprock\", error=\"invalid_token\", error_description=\"%s\"".formatted(why)));
    }

    /** Which of these it is, is nobody's business. */
    static Refused ticket() {
        return new Refused(new Problem(
                        HttpStatus.UNAUTHORIZED,
                        "invalid_ticket",
                        "The ticket is not known, is for another session, or has expired.",
                        "Make another one with POST /v1/sessions/{id}/events/ticket.")
                .with(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"caprock\""));
    }

    /** Genuine, but we cannot tell whose it is. */
    static Refused incomplete(String claim) {
        return new Refused(new Problem(
                HttpStatus.FORBIDDEN,
                "claim_missing",
                "The token is genuine, but its claim \"%s\" is missing, or is not a line of 1 to %d characters."
                        .formatted(claim, Caller.LONGEST),
                "Have the issuer add the claim, or the operator name another one in caprock.access.oidc."));
    }

    /** Neither good nor bad: what it would be compared with is out of reach. */
    static Refused unavailable(String what) {
        return new Refused(new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "credential_check_unavailable",
                        "The credential cannot be checked now: %s.".formatted(what),
                        "Try again, with the same credential.")
                .retryAfter(PAUSE));
    }
}
