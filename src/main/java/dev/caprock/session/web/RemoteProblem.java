package dev.caprock.session.web;

import dev.caprock.problem.Problem;
import dev.caprock.remote.RemoteFailure;
import java.time.Duration;
import java.util.Objects;
import org.springframework.http.HttpStatus;

/** What a caller is told when a remote that the answer rests on does not give it. What the remote said stays with us. */
final class RemoteProblem {

    private static final Duration PAUSE = Duration.ofSeconds(5);

    private RemoteProblem() {}

    static Problem of(RemoteFailure failure) {
        return switch (failure) {
            case RemoteFailure.Rejected rejected
            when rejected.isAbsent() ->
                new Problem(
                        HttpStatus.GONE,
                        "workspace_gone",
                        "The repo, or a change in it, no longer exists where the workspace is kept.",
                        "Nothing brings it back; look whether somebody deleted the repo.");
            case RemoteFailure.Rejected _ ->
                new Problem(
                        HttpStatus.BAD_GATEWAY,
                        "workspace_refused",
                        "The service that keeps the workspace refused our request.",
                        "Tell the operator the traceId; our access may have been taken away.");
            case RemoteFailure.Busy busy ->
                unavailable().retryAfter(Objects.requireNonNullElse(busy.retryAfter(), PAUSE));
            case RemoteFailure.Unknown _ -> unavailable().retryAfter(PAUSE);
        };
    }

    private static Problem unavailable() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "workspace_unavailable",
                "The service that keeps the workspace does not answer now.",
                "Ask again after the seconds that Retry-After names.");
    }
}
