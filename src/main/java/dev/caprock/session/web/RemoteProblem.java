package dev.caprock.session.web;

import dev.caprock.remote.RemoteFailure;
import java.time.Duration;
import java.util.List;
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
                        "Nothing brings it back; look whether somebody deleted the repo.",
                        List.of());
            case RemoteFailure.Rejected _ ->
                new Problem(
                        HttpStatus.BAD_GATEWAY,
                        "workspace_refused",
                        "The service that keeps the workspace refused our request.",
                        "Tell the operator the traceId; our access may have been taken away.",
                        List.of());
            case RemoteFailure.Busy _, RemoteFailure.Unknown _ ->
                new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "workspace_unavailable",
                        "The service that keeps the workspace does not answer now.",
                        "Ask again after the seconds that Retry-After names.",
                        List.of());
        };
    }

    /** Seconds, at least one. */
    static long retryAfter(RemoteFailure failure) {
        Duration asked = failure instanceof RemoteFailure.Busy busy ? busy.retryAfter() : null;
        return Math.max(1, (asked == null ? PAUSE : asked).toSeconds());
    }
}
