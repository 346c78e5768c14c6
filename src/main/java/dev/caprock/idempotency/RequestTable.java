package dev.caprock.idempotency;

import dev.caprock.problem.Problem;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The SQL of requests that have taken effect. */
@Component
class RequestTable {

    private static final String PATIENCE = "SELECT set_config('lock_timeout', :patience, true)";

    private static final String BEGIN = """
            INSERT INTO idempotent_request (request, fingerprint) VALUES (:request, :fingerprint)
            ON CONFLICT (request) DO NOTHING""";

    private static final String END = "UPDATE idempotent_request SET resource = :resource WHERE request = :request";

    private static final String EARLIER = """
            SELECT fingerprint, resource FROM idempotent_request WHERE request = :request""";

    private static final String FORGET = """
            DELETE FROM idempotent_request WHERE request IN (
                SELECT request FROM idempotent_request WHERE at < now() - make_interval(secs => :seconds)
                ORDER BY at LIMIT :limit FOR UPDATE SKIP LOCKED)""";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final JdbcClient database;

    RequestTable(JdbcClient database) {
        this.database = database;
    }

    @SuppressWarnings("ArrayRecordComponent") // on its way from the database
    record Earlier(byte[] fingerprint, UUID resource) {}

    /**
     * Whether this request is the first. Where another transaction has begun it, waits for its end.
     *
     * @throws Problem 409 when that takes longer than {@code patience}
     */
    boolean begin(byte[] request, byte[] fingerprint, Duration patience) {
        lockTimeout(patience.toMillis() + "ms");
        try {
            boolean first = database.sql(BEGIN)
                            .param("request", request)
                            .param("fingerprint", fingerprint)
                            .update()
                    == 1;
            lockTimeout("0");
            return first;
        } catch (DataAccessException failure) {
            throw isLockNotAvailable(failure) ? underWay() : failure;
        }
    }

    void end(byte[] request, UUID resource) {
        database.sql(END).param("request", request).param("resource", resource).update();
    }

    /** A request that has taken effect; one under way is not seen. */
    Optional<Earlier> earlier(byte[] request) {
        return database.sql(EARLIER)
                .param("request", request)
                .query((row, number) -> new Earlier(row.getBytes("fingerprint"), row.getObject("resource", UUID.class)))
                .optional();
    }

    /** Has the request be as if it had not come. */
    void abandon(byte[] request) {
        database.sql("DELETE FROM idempotent_request WHERE request = :request")
                .param("request", request)
                .update();
    }

    /** Forgets at most {@code limit} of those that are older; returns how many. */
    int forget(Duration older, int limit) {
        return database.sql(FORGET)
                .param("seconds", (double) older.toSeconds())
                .param("limit", limit)
                .update();
    }

    private void lockTimeout(String value) {
        database.sql(PATIENCE).param("patience", value).query(String.class).single();
    }

    private static boolean isLockNotAvailable(DataAccessException failure) {
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof SQLException cause
                && LOCK_NOT_AVAILABLE.equals(cause.getSQLState());
    }

    static Problem underWay() {
        return new Problem(
                        HttpStatus.CONFLICT,
                        "request_under_way",
                        "The first request with this Idempotency-Key is still under way.",
                        "Send it again after the seconds that Retry-After names.")
                .retryAfter(Duration.ofSeconds(1));
    }
}
