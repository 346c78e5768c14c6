package dev.caprock.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A part of a session's life that is over, and how long it took. */
record Phase(String name, Duration time) {

    /** The phase that a fact of the session ends. */
    static Optional<Phase> endedBy(Session session, Fact fact) {
        return switch (fact.type()) {
            case "session.status" ->
                endedBy(session, Objects.toString(fact.data().get("status"), ""));
            case "credential.minted" ->
                session.resources(ResourceKind.CREDENTIAL).stream()
                        .filter(row -> Objects.equals(
                                row.externalIdOrNull(), fact.data().get("credentialId")))
                        .findFirst()
                        .flatMap(row -> of("credential", row.intentAtOrNull(), row.liveAt()));
            case "sandbox.created" -> {
                Resource sandbox = session.only(ResourceKind.SANDBOX);
                yield of("sandbox", sandbox.intentAtOrNull(), sandbox.liveAt());
            }
            case "sandbox.ready" -> {
                Resource mount = session.only(ResourceKind.MOUNT);
                yield of("prepare", mount.intentAtOrNull(), mount.readyAt());
            }
            case "workspace.mounted" -> {
                Resource mount = session.only(ResourceKind.MOUNT);
                yield of("mount", mount.readyAt(), mount.liveAt());
            }
            case "run.finished" -> {
                Run run = session.run(Objects.requireNonNull(fact.run()));
                yield of("run", run.startedAt(), run.finishedAt());
            }
            case "workspace.flushed", "session.warning" -> flushed(session, fact);
            case "workspace.verified" ->
                of(
                        "settle",
                        session.only(ResourceKind.MOUNT).goneAt(),
                        session.only(ResourceKind.WORKSPACE).goneAt());
            default -> Optional.empty();
        };
    }

    /** A session that opens again, in another sandbox, did not wait in the queue for that. */
    private static Optional<Phase> endedBy(Session session, String status) {
        if (status.equals(SessionStatus.OPENING.text())
                && Objects.equals(session.openingSince(), session.startedAt())) {
            return of("queued", session.createdAt(), session.startedAt());
        }
        return status.equals(SessionStatus.CLOSED.text())
                ? of("closing", session.closingAt(), session.closedAt())
                : Optional.empty();
    }

    private static Optional<Phase> flushed(Session session, Fact fact) {
        return isFlush(fact)
                ? of(
                        "flush",
                        session.closingAt(),
                        session.only(ResourceKind.MOUNT).goneAt())
                : Optional.empty();
    }

    /** Whether a mount ended, cleanly or not. */
    static boolean isFlush(Fact fact) {
        return fact.type().equals("workspace.flushed")
                || Failures.NOT_FLUSHED.code().equals(fact.data().get("code"))
                        && fact.type().equals("session.warning");
    }

    private static Optional<Phase> of(String name, @Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null || to.isBefore(from)
                ? Optional.empty()
                : Optional.of(new Phase(name, Duration.between(from, to)));
    }
}
