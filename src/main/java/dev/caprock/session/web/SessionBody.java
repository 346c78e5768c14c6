package dev.caprock.session.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.id.PublicId;
import dev.caprock.session.Detail;
import dev.caprock.session.Injected;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.Run;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session as callers see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SessionBody(
        String id,
        String status,
        @Nullable String outcome,
        @Nullable Detail detail,
        String provider,
        String credential,
        @Nullable String template,
        @Nullable NetworkBody network,
        List<RepoBody> repos,
        String isolation,
        String publish,
        AgentBody agent,
        String ttl,
        String runTimeout,
        String closeWhen,
        String onSandboxLost,
        Map<String, String> labels,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant expiresAt,
        @Nullable Instant closedAt,
        @Nullable Long queuePosition,
        List<Condition> conditions,
        @Nullable List<RunBody> runs,
        Map<String, Long> timings,
        Map<String, Object> usage,
        @Nullable Changes changes,
        List<String> allowedActions,
        Map<String, String> links) {

    private static final int RUNS = 20;

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RepoBody(
            String name,
            String mode,
            @Nullable String bookmark,
            @Nullable Changes changes) {}

    /**
     * What the session changed in a repo.
     *
     * @param after the same as before when nothing was changed
     * @param bookmark where {@code after} is
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Changes(
            @Nullable String before,
            @Nullable String after,
            @Nullable String bookmark) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record AgentBody(
            String kind, @Nullable String version, List<String> args, List<String> command, Map<String, String> env) {}

    /**
     * What the sandbox may reach, with what was added to the request's own list, and the names of injected headers.
     *
     * @param allow null for no restriction
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record NetworkBody(@Nullable List<String> allow, List<Injected> inject) {}

    /** What is known of one of its resources. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Condition(
            String type,
            String status,
            @Nullable Instant since,
            @Nullable String detail,
            Map<String, Object> evidence) {}

    /** @param queuePosition from 1; null when it is not queued, or nobody asked */
    static SessionBody of(Session session, @Nullable List<RunBody> runs, @Nullable Long queuePosition, Instant now) {
        return new SessionBody(
                PublicId.SESSION.text(session.id()),
                session.status().text(),
                session.outcome() == null ? null : session.outcome().text(),
                session.detail(),
                session.provider(),
                session.terms().credential(),
                session.terms().template(),
                network(session),
                session.repos().stream().map(repo -> repo(session, repo)).toList(),
                word(session.terms().isolation()),
                word(session.terms().publish()),
                new AgentBody(
                        session.terms().agent().kind(),
                        session.terms().agent().version(),
                        session.terms().agent().args(),
                        session.terms().agent().command(),
                        session.terms().agent().env()),
                session.terms().ttl().toString(),
                session.terms().runTimeout().toString(),
                word(session.terms().closeWhen()),
                word(session.terms().onSandboxLost()),
                session.labels(),
                session.createdAt(),
                session.startedAt(),
                session.expiresAt(),
                session.closedAt(),
                queuePosition,
                conditions(session),
                runs == null ? null : runs.subList(Math.max(0, runs.size() - RUNS), runs.size()),
                timings(session),
                usage(session, now),
                changes(session, session.workingRepo()),
                allowedActions(session.status()),
                links(session));
    }

    private static @Nullable NetworkBody network(Session session) {
        boolean open =
                session.terms().allow() == null && session.terms().inject().isEmpty();
        return open
                ? null
                : new NetworkBody(session.terms().allow(), session.terms().inject());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static RepoBody repo(Session session, Repo repo) {
        return new RepoBody(repo.name(), word(repo.mode()), repo.bookmark(), changes(session, repo));
    }

    private static @Nullable Changes changes(Session session, Repo repo) {
        if (repo.before() == null) {
            return null;
        }
        return new Changes(repo.before(), repo.after(), bookmark(session, repo));
    }

    /** Where the edits of an opened repo are. */
    static @Nullable String bookmark(Session session, Repo repo) {
        boolean own = repo.work() != null && !session.isPublished() && !Objects.equals(repo.before(), repo.after());
        return own ? session.bookmark() : repo.bookmark();
    }

    private static List<Condition> conditions(Session session) {
        if (session.status() == SessionStatus.QUEUED && session.waitsFor() != null) {
            String detail = "%s; next attempt at %s".formatted(session.waitsFor(), session.waitsUntil());
            String reason =
                    session.heldBy() == null ? "provider" : session.heldBy().text();
            return List.of(new Condition("slot", "waiting", session.createdAt(), detail, Map.of("reason", reason)));
        }
        return session.resources().stream().map(SessionBody::condition).toList();
    }

    private static Condition condition(Resource resource) {
        Instant since = latest(resource.intentAtOrNull(), resource.liveAt(), resource.goneAt());
        return new Condition(
                resource.kind().text(), word(resource.state()), since, resource.lastError(), resource.evidence());
    }

    private static @Nullable Instant latest(@Nullable Instant... times) {
        Instant latest = null;
        for (Instant time : times) {
            latest = time != null && (latest == null || time.isAfter(latest)) ? time : latest;
        }
        return latest;
    }

    private static Map<String, Long> timings(Session session) {
        var timings = new LinkedHashMap<String, Long>();
        put(timings, "queuedMs", session.createdAt(), session.startedAt());
        session.resources(ResourceKind.CREDENTIAL).stream()
                .limit(1)
                .forEach(row -> put(timings, "credentialMs", row.intentAtOrNull(), row.liveAt()));
        for (Resource sandbox : session.resources(ResourceKind.SANDBOX)) {
            put(timings, "sandboxMs", sandbox.intentAtOrNull(), sandbox.liveAt());
        }
        for (Resource mount : session.resources(ResourceKind.MOUNT)) {
            put(timings, "prepareMs", mount.intentAtOrNull(), mount.readyAt());
            put(timings, "mountMs", mount.readyAt(), mount.liveAt());
        }
        Run first = session.runs().getFirst();
        put(timings, "toAgentMs", session.createdAt(), first.startedAt());
        put(timings, "toFirstOutputMs", session.createdAt(), first.firstOutputAt());
        return timings;
    }

    private static void put(Map<String, Long> timings, String name, @Nullable Instant from, @Nullable Instant to) {
        if (from != null && to != null) {
            timings.put(name, Duration.between(from, to).toMillis());
        }
    }

    private static Map<String, Object> usage(Session session, Instant now) {
        return Map.of("sandboxSeconds", session.sandboxTime(now).toSeconds());
    }

    /** What a caller may do to a session that stands so; reading is always allowed. */
    static List<String> allowedActions(SessionStatus status) {
        return switch (status) {
            case QUEUED, OPENING, RUNNING, IDLE -> List.of("close", "amend", "run");
            case CLOSING -> List.of("close");
            case CLOSED -> List.of();
        };
    }

    private static Map<String, String> links(Session session) {
        String self = "/v1/sessions/" + PublicId.SESSION.text(session.id());
        return Map.of("self", self, "runs", self + "/runs", "events", self + "/events", "diff", self + "/diff");
    }
}
