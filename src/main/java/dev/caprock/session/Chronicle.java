package dev.caprock.session;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Entry;
import dev.caprock.journal.Journal;
import dev.caprock.trace.LogFields;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Writes what became so of a session to its journal, its audit chain and the log, in the transaction that made it so; and counts it. */
@Component
public class Chronicle {

    private static final Logger log = LoggerFactory.getLogger(Chronicle.class);

    /** Progress and warnings are events, but no changes of state. */
    private static final List<String> NOT_AUDITED = List.of("prepare.phase", "session.warning");

    /** Changes that only the audit chain tells of: they are no events of the session's life. */
    private static final List<String> ONLY_AUDITED =
            List.of("session.amended", "session.hastened", "run.cancelled", "leftover.found", "leftover.gone");

    private final Journal journal;
    private final Audit audit;
    private final SessionMeters meters;

    Chronicle(Journal journal, Audit audit, MeterRegistry meters) {
        this.journal = journal;
        this.audit = audit;
        this.meters = new SessionMeters(meters);
    }

    /** Records all facts that the session has gathered. Call it last: it locks the journal, then the audit chain. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void record(Session session, Actor actor, Instant at) {
        List<Fact> facts = session.drainFacts();
        if (facts.isEmpty()) {
            return;
        }
        var entries = facts.stream()
                .filter(fact -> !ONLY_AUDITED.contains(fact.type()))
                .map(fact -> new Entry(fact.type(), fact.run(), fact.data()))
                .toList();
        if (!entries.isEmpty()) {
            journal.append(session.id(), at, entries);
        }
        meters.count(session, facts);
        for (Fact fact : facts) {
            log(session, fact);
            if (!NOT_AUDITED.contains(fact.type())) {
                audit.append(session.id(), at, actor, fact.type(), target(session, fact), outcome(fact), fact.data());
            }
        }
    }

    /** Records that a caller asked for what cannot be, and that nothing came of it. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void refused(Session session, Actor actor, String action, IllegalMove why, Instant at) {
        try (var named = new LogFields(fields(session, null))) {
            log.info(
                    "{} refused session={} status={}",
                    action,
                    session.id(),
                    why.from().text());
        }
        Map<String, Object> data = Map.of("status", why.from().text());
        audit.append(session.id(), at, actor, action, PublicId.SESSION.text(session.id()), "refused", data);
    }

    /** Never the data as a whole: it may hold what a sandbox said. */
    private static void log(Session session, Fact fact) {
        try (var named = new LogFields(fields(session, fact.run()))) {
            log.atLevel(NOT_AUDITED.contains(fact.type()) ? Level.DEBUG : Level.INFO)
                    .log(
                            "{} session={} run={} provider={} status={} code={}",
                            fact.type(),
                            session.id(),
                            fact.run(),
                            session.provider(),
                            fact.data().get("status"),
                            fact.data().get("code"));
        }
    }

    /** A line on a session has the session's trace, also where a request of another trace caused it: that one's id is its {@code requestId}. */
    private static Map<String, @Nullable String> fields(Session session, @Nullable UUID run) {
        var fields = new HashMap<String, @Nullable String>();
        fields.put("session", PublicId.SESSION.text(session.id()));
        if (run != null) {
            fields.put("run", PublicId.RUN.text(run));
        }
        String trace = session.trace().traceId();
        String other = MDC.get(LogFields.TRACE);
        if (!trace.equals(other)) {
            fields.put(LogFields.TRACE, trace);
            fields.put(LogFields.SPAN, null);
            fields.put("requestId", other);
        }
        return fields;
    }

    private static String target(Session session, Fact fact) {
        return fact.run() == null ? PublicId.SESSION.text(session.id()) : PublicId.RUN.text(fact.run());
    }

    private static String outcome(Fact fact) {
        return Objects.toString(fact.data().get("status"), "done");
    }
}
