package dev.caprock.journal;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The events of sessions. An appended event is never changed, and never lost. */
@Component
public class Journal {

    static final String OUTPUT = "run.output";

    /** Output bytes in one page, so that many readers of big outputs stay small. */
    private static final long PAGE_BYTES = 1024 * 1024;

    private static final String ADVANCE = """
            INSERT INTO journal_head AS head (session_id, last_seq) VALUES (:session, :count)
            ON CONFLICT (session_id) DO UPDATE SET last_seq = head.last_seq + :count
            RETURNING last_seq""";

    // Arrays: one statement whatever the number of entries.
    private static final String APPEND = """
            INSERT INTO journal (session_id, seq, type, at, run_id, data)
            SELECT :session, :before + entry.number, entry.type, :at, entry.run, entry.data
            FROM unnest(:types::text[], :runs::uuid[], :data::json[]) WITH ORDINALITY AS entry (type, run, data, number)""";

    private static final String READ = """
            WITH page AS (
                SELECT seq, type, at, run_id, data,
                       CASE WHEN type = 'run.output' THEN data ->> 'stream' END AS stream,
                       CASE WHEN type = 'run.output' THEN (data ->> 'offset')::bigint END AS "offset",
                       CASE WHEN type = 'run.output' THEN (data ->> 'length')::bigint END AS length
                FROM journal WHERE session_id = :session AND seq > :after ORDER BY seq LIMIT :limit),
            sized AS (
                SELECT page.*, sum(length) OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                    AS bytes_before
                FROM page)
            SELECT sized.seq, sized.type, sized.at, sized.run_id, sized.data::text AS data, output.bytes
            FROM sized LEFT JOIN output
              ON output.session_id = :session AND output.run_id = sized.run_id AND output."offset" = sized."offset"
             AND output.stream = CASE sized.stream WHEN 'stdout' THEN 1 WHEN 'stderr' THEN 2 END
            WHERE coalesce(bytes_before, 0) < :bytes
            ORDER BY sized.seq""";

    private final JdbcClient database;
    private final Tail tail;
    private final List<AppendListener> listeners;

    Journal(JdbcClient database, Tail tail, AppendListener... listeners) {
        this.database = database;
        this.tail = tail;
        this.listeners = List.of(listeners);
    }

    /**
     * Appends in the caller's transaction, which holds the session's journal from here to its end. Once it has committed, those
     * who wait for the session are woken.
     *
     * @return the last seq, that of the last entry
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public long append(UUID session, Instant at, List<Entry> entries) {
        if (entries.isEmpty()) {
            return head(session);
        }
        long last = database.sql(ADVANCE)
                .param("session", session)
                .param("count", entries.size())
                .query(Long.class)
                .single();
        database.sql(APPEND)
                .param("session", session)
                .param("before", last - entries.size())
                .param("at", at.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC))
                .param("types", entries.stream().map(Entry::type).toArray(String[]::new))
                .param("runs", entries.stream().map(Journal::run).toArray(String[]::new))
                .param(
                        "data",
                        entries.stream().map(entry -> Json.write(entry.data())).toArray(String[]::new))
                .update();
        listeners.forEach(listener -> listener.appended(session, at, last - entries.size() + 1, entries));
        wakeReadersAfterCommit(session, last);
        return last;
    }

    private void wakeReadersAfterCommit(UUID session, long last) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                tail.publish(session, last);
            }
        });
    }

    /**
     * Events after {@code after}, oldest first: at most {@code limit}, fewer where they carry much output. Empty means that there
     * is no more for now.
     */
    public List<Event> read(UUID session, long after, int limit) {
        return read(session, after, limit, PAGE_BYTES);
    }

    /** @param bytes of output after which no further event is added */
    public List<Event> read(UUID session, long after, int limit, long bytes) {
        return database.sql(READ)
                .param("session", session)
                .param("after", after)
                .param("limit", limit)
                .param("bytes", bytes)
                .query((row, number) -> event(session, row))
                .list();
    }

    /**
     * Whether events after {@code after} were there and are not kept any more: retention drops a session's journal and output as
     * one.
     */
    public boolean isForgotten(UUID session, long after) {
        return head(session) > after
                && !database.sql("SELECT EXISTS (SELECT FROM journal WHERE session_id = :session AND seq = :next)")
                        .param("session", session)
                        .param("next", after + 1)
                        .query(Boolean.class)
                        .single();
    }

    /** The last seq of a session; 0 before its first event. */
    public long head(UUID session) {
        return tail.head(session);
    }

    private static @Nullable String run(Entry entry) {
        return entry.run() == null ? null : entry.run().toString();
    }

    private static Event event(UUID session, ResultSet row) throws SQLException {
        var data = Json.read(row.getString("data"));
        byte[] bytes = row.getBytes("bytes");
        if (bytes != null) {
            data.put("text", new String(bytes, StandardCharsets.UTF_8));
        }
        var at = Objects.requireNonNull(row.getObject("at", OffsetDateTime.class))
                .toInstant();
        return new Event(
                session, row.getLong("seq"), row.getString("type"), at, row.getObject("run_id", UUID.class), data);
    }
}
