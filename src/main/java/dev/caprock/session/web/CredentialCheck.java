package dev.caprock.session.web;

import dev.caprock.problem.Mistakes;
import dev.caprock.problem.Problem;
import dev.caprock.session.NewSession;
import dev.caprock.session.Repo;
import dev.caprock.session.SessionSettings;
import dev.caprock.workspace.CredentialMode;
import dev.caprock.workspace.Credentials;
import dev.caprock.workspace.Modes;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Chooses how a session's sandbox is given access to its repos, or says why no way fits. */
@Component
class CredentialCheck {

    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Modes modes;
    private final Credentials credentials;
    private final SessionSettings settings;

    CredentialCheck(Modes modes, Credentials credentials, SessionSettings settings) {
        this.modes = modes;
        this.credentials = credentials;
        this.settings = settings;
    }

    /** The mode that a request names; {@code auto} where it names none. */
    String name(@Nullable String asked, Mistakes mistakes) {
        mistakes.check(
                asked == null
                        || asked.equals(CredentialMode.AUTO)
                        || CredentialMode.named(asked).isPresent(),
                "/credential",
                "Must be %s or one of %s.".formatted(CredentialMode.AUTO, Arrays.toString(CredentialMode.values())));
        return asked == null ? CredentialMode.AUTO : asked;
    }

    /** A caller's secret is not the place for what opens every repo. */
    void refuseRootKeys(Map<String, String> environment, String pointer, Mistakes mistakes) {
        environment.forEach((name, value) -> mistakes.check(
                !credentials.holdsRootKey(value),
                Mistakes.child(pointer, name),
                "Holds a key that opens every repo, which may not enter a sandbox; the repos are mounted without it."));
    }

    /** The mode that the session gets. */
    String choose(@Nullable String asked, NewSession session) {
        boolean mixed = isMixed(session.repos());
        return switch (modes.choose(asked, mixed, session.terms().ttl().plus(settings.closingMargin()))) {
            case Modes.Choice.Of(CredentialMode mode) ->
                checked(mode, session.terms().ttl()).toString();
            case Modes.Choice.None(String reason) -> throw refused(asked, mixed, reason);
        };
    }

    private CredentialMode checked(CredentialMode mode, Duration ttl) {
        Duration longest = mode.longestLife().minus(settings.closingMargin());
        if (ttl.compareTo(longest) > 0) {
            throw impossible(
                    "/ttl",
                    "A credential of mode %s lives for %s at most, of which %s are kept for closing: ask for %s at most."
                            .formatted(mode, mode.longestLife(), settings.closingMargin(), longest));
        }
        return mode;
    }

    private static Problem refused(@Nullable String asked, boolean mixed, String reason) {
        if (!isOpen(asked)) {
            return impossible("/credential", reason);
        }
        return mixed
                ? impossible("/repos", reason)
                : new Problem(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "no_credential_mode",
                                "No sandbox can be given access to a workspace now. " + reason,
                                "Try again later, or ask the operator: GET /v1/providers says what is missing.")
                        .retryAfter(PAUSE);
    }

    private static Problem impossible(String pointer, String message) {
        return Problem.impossible("not_possible", List.of(new Problem.Mistake(pointer, message)));
    }

    private static boolean isOpen(@Nullable String asked) {
        return asked == null || asked.equals(CredentialMode.AUTO);
    }

    private static boolean isMixed(List<Repo> repos) {
        return repos.stream().map(Repo::writable).distinct().count() > 1;
    }
}
