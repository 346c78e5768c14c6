package dev.caprock.apidocs;

import dev.caprock.access.Scope;
import dev.caprock.journal.StandardStream;
import dev.caprock.session.CloseWhen;
import dev.caprock.session.Isolation;
import dev.caprock.session.OnSandboxLost;
import dev.caprock.session.Publish;
import dev.caprock.session.Repo;
import dev.caprock.session.RunStatus;
import dev.caprock.session.SessionOutcome;
import dev.caprock.session.SessionStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What types do not say of fields and parameters: which words they take, and what they are for. Named after the schema or the
 * operation, then the field; a parameter that means the same everywhere has its name alone.
 */
final class Words {

    private static final List<String> MODES = List.of("auto", "derived-token", "session-key", "access-token", "layout");

    private static final Map<String, List<String>> VOCABULARY = Map.ofEntries(
            Map.entry("Session.status", texts(SessionStatus.values())),
            Map.entry("Session.outcome", texts(SessionOutcome.values())),
            Map.entry("Session.isolation", texts(Isolation.values())),
            Map.entry("Session.publish", texts(Publish.values())),
            Map.entry("Session.closeWhen", texts(CloseWhen.values())),
            Map.entry("Session.onSandboxLost", texts(OnSandboxLost.values())),
            Map.entry("SessionRepo.mode", texts(Repo.Mode.values())),
            Map.entry("Run.status", texts(RunStatus.values())),
            Map.entry("CreateSession.isolation", texts(Isolation.values())),
            Map.entry("CreateSession.publish", texts(Publish.values())),
            Map.entry("CreateSession.closeWhen", texts(CloseWhen.values())),
            Map.entry("CreateSession.onSandboxLost", texts(OnSandboxLost.values())),
            Map.entry("CreateSession.credential", MODES),
            Map.entry("CreateSessionRepoChoice.mode", texts(Repo.Mode.values())),
            Map.entry(
                    "CreateApiKey.scopes",
                    Stream.of(Scope.values()).map(Scope::text).toList()),
            Map.entry(
                    "ApiKey.scopes", Stream.of(Scope.values()).map(Scope::text).toList()),
            Map.entry("Webhook.status", List.of("enabled", "disabled")),
            Map.entry("Delivery.status", List.of("pending", "delivered", "failed")),
            Map.entry("listDeliveries.status", List.of("pending", "delivered", "failed")),
            Map.entry("listSessions.status", texts(SessionStatus.values())),
            Map.entry("closeSession.mode", List.of("graceful", "now")),
            Map.entry("getOutput.stream", texts(StandardStream.values())));

    private static final Map<String, String> DESCRIPTIONS = Map.ofEntries(
            Map.entry("id", "The id, as the answer that made the thing has it."),
            Map.entry("run", "The id of a run of this session."),
            Map.entry("delivery", "The id of a delivery of this webhook."),
            Map.entry("cursor", "The nextCursor of the page before."),
            Map.entry("limit", "How many at most."),
            Map.entry(
                    "Prefer",
                    "`wait=N` holds the answer until the session runs or is over, for N seconds, 60 at most."),
            Map.entry("If-Match", "The ETag of the session that is meant; beside it, 412."),
            Map.entry("Last-Event-ID", "The seq of the last event that was read; counts more than `after`."),
            Map.entry(
                    "Idempotency-Key",
                    "1 to 255 visible ASCII characters of your making. Sent again with the same body it has no further effect."),
            Map.entry("listSessions.label", "`name:value`, of sessions that have it."),
            Map.entry("closeSession.mode", "`now` does not wait for the agent or the flush."),
            Map.entry("listEvents.after", "The seq after which to go on."),
            Map.entry("getOutput.after", "The offset in bytes from which to go on."),
            Map.entry("getOutput.follow", "Whether to stay until the run ends."),
            Map.entry("getDiff.repo", "Of this repo only; its patch fits inside the repo."),
            Map.entry("listAuditRecords.after", "The last of the page before."),
            Map.entry("listSessionAuditRecords.after", "The last of the page before."),
            Map.entry("listAuditRecords.session", "Of the chain of this session."),
            Map.entry("CreateSession.repos", "What is mounted; the first with mode rw is the working directory."),
            Map.entry("CreateSession.isolation", "A bookmark of the session's own, or the base bookmark itself."),
            Map.entry("CreateSession.publish", "Whether the session's bookmark is merged into the base on success."),
            Map.entry(
                    "CreateSession.provider",
                    "One of those that listProviders names; the service's choice when absent."),
            Map.entry("CreateSession.template", "What the sandbox is made from: names are the provider's own."),
            Map.entry("CreateSession.ttl", "How long the session may stay open once it opens: ISO-8601, PT1H."),
            Map.entry("CreateSession.runTimeout", "How long a run may take; ttl when absent."),
            Map.entry("CreateSession.labels", "For finding it again: at most 32 pairs."),
            Map.entry("CreateSessionAgent.kind", "claude-code, codex or command."),
            Map.entry(
                    "CreateSessionAgent.command", "The words of a command, for the kind command; no shell reads them."),
            Map.entry("CreateSessionAgent.secrets", "Further environment variables, stored sealed and never shown."),
            Map.entry("CreateSessionNetwork.allow", "The hosts that the sandbox may reach; without it, all."),
            Map.entry(
                    "CreateSessionInjection.headers", "Set on requests to the host after they have left the sandbox."),
            Map.entry("CreateWebhook.events", "Which events; all that are offered when absent."),
            Map.entry("AmendSession.labels", "null for a label removes it; null for all of them removes all."),
            Map.entry(
                    "AmendSession.expiresAt",
                    "When the session shall end: up to what its credential and sandbox were made for."),
            Map.entry("Session.queuePosition", "From 1, while it is queued."),
            Map.entry("Session.allowedActions", "What may be done to it now: close, amend, run."),
            Map.entry("Event.seq", "Dense from 1; the id in a stream."),
            Map.entry("Event.traceId", "Of the session's trace: the one that the request that made it belongs to."),
            Map.entry("Problem.code", "For programs: stable, unlike detail."),
            Map.entry("Problem.retryable", "Whether the same request may succeed later."),
            Map.entry("Problem.remedy", "What a person can do."),
            Map.entry("Problem.traceId", "Names this request to the operator."));

    private Words() {}

    /** The words that a field or parameter takes; null where any does. */
    static @Nullable List<String> vocabulary(String owner, String name) {
        return VOCABULARY.get(owner + "." + name);
    }

    static @Nullable String description(String owner, String name) {
        String own = DESCRIPTIONS.get(owner + "." + name);
        return own != null || Character.isUpperCase(owner.charAt(0)) ? own : DESCRIPTIONS.get(name);
    }

    private static List<String> texts(Enum<?>... constants) {
        return Stream.of(constants)
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
