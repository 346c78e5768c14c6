package dev.caprock.journal;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What runs print, byte for byte, and how far each is. */
@Component
public class Outputs {

    private static final String OPEN = """
            INSERT INTO run_output (run_id, session_id) VALUES (:run, :session)
            ON CONFLICT (run_id) DO UPDATE
            SET stdout_base = run_output.stdout, stderr_base = run_output.stderr, line_start = run_output.stdout""";

    private static final String POSITION = """
            SELECT stdout, stderr, stdout_base, stderr_base, line_start, dropped FROM run_output WHERE run_id = :run""";

    private static final String ADVANCE = """
            UPDATE run_output
            SET stdout = next[1], stderr = next[2], stdout_base = next[3], stderr_base = next[4], line_start = next[5],
                dropped = next[6]
            FROM (SELECT :next::bigint[] AS next) AS given
            WHERE run_id = :run AND session_id = :session
              AND ARRAY[stdout, stderr, stdout_base, stderr_base, line_start, dropped] = :expected::bigint[]""";

    private static final String WRITE = """
            INSERT INTO output (session_id, run_id, stream, "offset", bytes)
            SELECT :session, :run, piece.stream, piece.start, piece.bytes
            FROM unnest(:streams::smallint[], :offsets::bigint[], :bytes::bytea[]) AS piece (stream, start, bytes)""";

    // A piece that starts before `after` may reach beyond it; none is longer than :longest.
    private static final String READ = """
            SELECT "offset", bytes FROM output
            WHERE session_id = :session AND run_id = :run AND stream = :stream
              AND "offset" > :after - :longest AND "offset" < :after + :limit
            ORDER BY "offset" ASC""";

    private final JdbcClient database;
    private final Journal journal;

    Outputs(JdbcClient database, Journal journal) {
        this.database = database;
        this.journal = journal;
    }

    /**
     * Makes a run's output known, at {@link Position#START}, in the caller's transaction. Where it is known, what comes next is
     * from the start of new files.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void open(UUID session, UUID run) {
        database.sql(OPEN).param("session", session).param("run", run).update();
    }

    /** How far a run is; {@link Position#START} for one that was never opened. */
    public Position position(UUID run) {
        return database.sql(POSITION)
                .param("run", run)
                .query(Position.class)
                .optional()
                .orElse(Position.START);
    }

    /**
     * Appends output, in the caller's transaction, if the run is still at {@code expected}: the pieces, a {@code run.output} event
     * for each in the order given, then the others. Only the first of two followers that expect the same position succeeds; an
     * append that moves nothing ({@code next} equals {@code expected}) excludes nobody.
     *
     * @param next where the run is then: each byte since {@code expected} is in a piece or, after them, counted as dropped
     * @return false where the run is elsewhere by now (or not open); then nothing was written
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean append(
            UUID session,
            UUID run,
            Position expected,
            List<Piece> pieces,
            Position next,
            List<Entry> others,
            Instant at) {
        requireGapless(expected, pieces, next);
        if (!advance(session, run, expected, next)) {
            return false;
        }
        if (!pieces.isEmpty()) {
            write(session, run, pieces);
        }
        var entries = new ArrayList<Entry>();
        pieces.forEach(piece -> entries.add(entry(run, piece)));
        entries.addAll(others);
        journal.append(session, at, entries);
        return true;
    }

    /**
     * The exact bytes from offset {@code after} on, at most {@code limit}. Empty means that there is no more for now, or that what
     * is there was dropped.
     */
    public byte[] read(UUID session, UUID run, StandardStream stream, long after, int limit) {
        var bytes = new ByteArrayOutputStream();
        database.sql(READ)
                .param("session", session)
                .param("run", run)
                .param("stream", stream.descriptor())
                .param("after", after)
                .param("longest", Piece.MAXIMUM)
                .param("limit", limit)
                .query(row -> {
                    byte[] piece = row.getBytes("bytes");
                    int from = (int) Math.min(piece.length, Math.max(0, after - row.getLong("offset")));
                    bytes.write(piece, from, Math.min(piece.length - from, limit - bytes.size()));
                });
        return bytes.toByteArray();
    }

    private boolean advance(UUID session, UUID run, Position expected, Position next) {
        return database.sql(ADVANCE)
                        .param("session", session)
                        .param("run", run)
                        .param("expected", expected.numbers())
                        .param("next", next.numbers())
                        .update()
                == 1;
    }

    private void write(UUID session, UUID run, List<Piece> pieces) {
        database.sql(WRITE)
                .param("session", session)
                .param("run", run)
                .param(
                        "streams",
                        pieces.stream()
                                .mapToInt(piece -> piece.stream().descriptor())
                                .toArray())
                .param("offsets", pieces.stream().mapToLong(Piece::offset).toArray())
                .param("bytes", pieces.stream().map(Piece::bytes).toArray(byte[][]::new))
                .update();
    }

    private static Entry entry(UUID run, Piece piece) {
        var data = new LinkedHashMap<String, Object>();
        data.put("stream", piece.stream().word());
        data.put("offset", piece.offset());
        data.put("length", piece.bytes().length);
        return new Entry(Journal.OUTPUT, run, data);
    }

    private static void requireGapless(Position expected, List<Piece> pieces, Position next) {
        Map<StandardStream, Long> reached = new EnumMap<>(StandardStream.class);
        for (var piece : pieces) {
            long start = reached.getOrDefault(piece.stream(), expected.of(piece.stream()));
            if (piece.offset() != start) {
                throw new IllegalArgumentException("%s must go on at offset %d, not %d"
                        .formatted(piece.stream().word(), start, piece.offset()));
            }
            reached.put(piece.stream(), start + piece.bytes().length);
        }
        long left = 0;
        for (var stream : StandardStream.values()) {
            left += next.of(stream) - reached.getOrDefault(stream, expected.of(stream));
        }
        if (left != next.dropped() - expected.dropped()) {
            throw new IllegalArgumentException(
                    "from %s to %s, %d bytes are neither in a piece nor dropped".formatted(expected, next, left));
        }
    }
}
