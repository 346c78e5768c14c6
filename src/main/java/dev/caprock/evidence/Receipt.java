package dev.caprock.evidence;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caprock.audit.AuditRecord;
import dev.caprock.id.PublicId;
import dev.caprock.session.AgentChoice;
import dev.caprock.session.Detail;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.Run;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a closed session was and left, as an in-toto statement. It tells only of what no longer changes, so it is the same bytes
 * whenever it is made.
 */
record Receipt(@JsonProperty("_type") String type, List<Subject> subject, String predicateType, Predicate predicate) {

    static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
    static final String TYPE = "https://in-toto.io/Statement/v1";
    static final String PREDICATE_TYPE = "https://caprock.dev/session-receipt/v1";

    private static final String REPORTED = "the sandbox: an agent in it could forge this";

    /** The session by its audit chain, and each repo by the change that the session left in it. */
    record Subject(String name, Map<String, String> digest) {}

    record Predicate(
            String session,
            String tenant,
            String createdBy,
            String outcome,
            @Nullable Reason reason,
            Ran agent,
            String provider,
            @Nullable String template,
            String isolation,
            String publish,
            boolean published,
            List<RepoPart> repos,
            List<RunPart> runs,
            Times times,
            List<Release> releases,
            Head audit) {}

    record Reason(String code, String message) {}

    /** @param version as the request asked for it; null for whatever was there */
    record Ran(String kind, @Nullable String version, List<String> args, List<String> command) {}

    record RepoPart(
            String name,
            String mode,
            @Nullable String bookmark,
            @Nullable String before,
            @Nullable String after,
            @Nullable String commit) {}

    /** @param promptSha256 null for a run that was accepted before this was kept */
    record RunPart(
            String id,
            int number,
            @Nullable String promptSha256,
            String status,
            @Nullable Exit exit,
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt) {}

    /** @param reportedBy whose word this is */
    record Exit(@Nullable Integer code, @Nullable Integer signal, String reportedBy) {}

    record Times(
            Instant createdAt,
            @Nullable Instant startedAt,
            @Nullable Instant closingAt,
            @Nullable Instant closedAt) {}

    /** What was made outside, and what proves that it is gone. */
    record Release(
            String resource,
            @Nullable String account,
            @Nullable String externalId,
            String state,
            @Nullable Instant goneAt,
            Map<String, Object> evidence) {}

    /** The record that says that the session is closed. */
    record Head(UUID chain, long seq, String hash) {}

    /** @param closing the record of its audit chain that says that it is closed */
    static Receipt of(Session session, AuditRecord closing) {
        if (session.status() != SessionStatus.CLOSED) {
            throw new IllegalStateException("session %s is not closed".formatted(session.id()));
        }
        return new Receipt(TYPE, subjects(session, closing), PREDICATE_TYPE, predicate(session, closing));
    }

    private static List<Subject> subjects(Session session, AuditRecord closing) {
        var subjects = new ArrayList<Subject>();
        subjects.add(new Subject(PublicId.SESSION.text(session.id()), Map.of("sha256", closing.hash())));
        for (Repo repo : session.repos()) {
            if (repo.after() != null) {
                subjects.add(new Subject(
                        repo.name(),
                        repo.commit() == null
                                ? Map.of("change", repo.after())
                                : Map.of("change", repo.after(), "commit", repo.commit())));
            }
        }
        return subjects;
    }

    private static Predicate predicate(Session session, AuditRecord closing) {
        AgentChoice agent = session.terms().agent();
        return new Predicate(
                PublicId.SESSION.text(session.id()),
                session.tenant(),
                session.createdBy(),
                Objects.requireNonNull(session.outcome()).text(),
                reason(session.detail()),
                new Ran(agent.kind(), agent.version(), agent.args(), agent.command()),
                session.provider(),
                session.terms().template(),
                word(session.terms().isolation()),
                word(session.terms().publish()),
                session.isPublished(),
                session.repos().stream().map(Receipt::repo).toList(),
                session.runs().stream().map(Receipt::run).toList(),
                new Times(session.createdAt(), session.startedAt(), session.closingAt(), session.closedAt()),
                releases(session),
                new Head(closing.chain(), closing.seq(), closing.hash()));
    }

    private static @Nullable Reason reason(@Nullable Detail detail) {
        return detail == null ? null : new Reason(detail.code(), detail.message());
    }

    private static RepoPart repo(Repo repo) {
        return new RepoPart(
                repo.name(), word(repo.mode()), repo.bookmark(), repo.before(), repo.after(), repo.commit());
    }

    private static RunPart run(Run run) {
        Exit exit = run.exitCode() == null && run.signal() == null
                ? null
                : new Exit(run.exitCode(), run.signal(), REPORTED);
        return new RunPart(
                PublicId.RUN.text(run.id()),
                run.number(),
                run.promptSha256(),
                run.status().text(),
                exit,
                run.createdAt(),
                run.startedAt(),
                run.finishedAt());
    }

    /** Credentials and sandboxes are what costs or opens something; the mount says whether the work was handed over. */
    private static List<Release> releases(Session session) {
        return Stream.of(ResourceKind.CREDENTIAL, ResourceKind.SANDBOX, ResourceKind.MOUNT)
                .flatMap(kind -> session.resources(kind).stream())
                .map(Receipt::release)
                .toList();
    }

    private static Release release(Resource resource) {
        return new Release(
                resource.kind().text(),
                resource.account(),
                resource.externalIdOrNull(),
                word(resource.state()),
                resource.goneAt(),
                resource.evidence());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
