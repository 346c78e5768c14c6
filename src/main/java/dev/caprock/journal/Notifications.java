package dev.caprock.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * LISTEN and NOTIFY between replicas. A payload is {@code <session>=<seq>} for each session, comma separated. One connection is
 * kept for listening, not one of the pool, where it would go on listening for the next user; when it breaks, another one takes
 * its place.
 */
final class Notifications {

    /** PostgreSQL takes payloads below 8000 bytes; a session takes at most 57. */
    private static final int SESSIONS_PER_PAYLOAD = 130;

    private static final int POLL_MILLIS = 10_000;
    private static final int ALIVE_SECONDS = 5;
    private static final int RECONNECT_MILLIS = 500;
    private static final Pattern HEAD = Pattern.compile("([0-9a-f-]{36})=([0-9]{1,18})");
    private static final Logger log = LoggerFactory.getLogger(Notifications.class);

    private final DataSource unpooled;
    private final ObjLongConsumer<UUID> reached;
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    private volatile @Nullable Connection connection;

    Notifications(DataSource unpooled, ObjLongConsumer<UUID> reached) {
        this.unpooled = unpooled;
        this.reached = reached;
    }

    void send(JdbcClient database, Map<UUID, Long> heads) {
        var words = heads.entrySet().stream()
                .map(head -> head.getKey() + "=" + head.getValue())
                .toList();
        for (int from = 0; from < words.size(); from += SESSIONS_PER_PAYLOAD) {
            var payload = String.join(",", words.subList(from, Math.min(words.size(), from + SESSIONS_PER_PAYLOAD)));
            database.sql("SELECT pg_notify('caprock_journal', :payload)")
                    .param("payload", payload)
                    .query(row -> {});
        }
    }

    void start() {
        stopped = new CountDownLatch(1);
        var latch = stopped;
        Thread.ofVirtual().name("journal-listener").start(() -> listenUntil(latch));
    }

    void stop() {
        stopped.countDown();
        abort(connection); // the listener may be in a read
    }

    private void listenUntil(CountDownLatch end) {
        try {
            do {
                listenWhileConnected(end);
            } while (!end.await(RECONNECT_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
    }

    private void listenWhileConnected(CountDownLatch end) {
        try (var listening = unpooled.getConnection()) {
            connection = listening;
            listening.setClientInfo("ApplicationName", "caprock journal listener"); // to be seen in pg_stat_activity
            try (var statement = listening.createStatement()) {
                statement.execute("LISTEN caprock_journal");
            }
            while (end.getCount() > 0 && listening.isValid(ALIVE_SECONDS)) {
                received(listening).forEach(this::accept);
            }
        } catch (SQLException failure) {
            if (end.getCount() > 0) {
                log.info(
                        "journal notifications are interrupted, readers are up to a second late: {}",
                        failure.toString());
            }
        } finally {
            connection = null;
        }
    }

    private void accept(String payload) {
        HEAD.matcher(payload)
                .results()
                .forEach(head -> reached.accept(UUID.fromString(head.group(1)), Long.parseLong(head.group(2))));
    }

    private static void abort(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException gone) {
                log.debug("the listening connection was gone already", gone);
            }
        }
    }

    /** Payloads, as soon as there are any; empty after {@value #POLL_MILLIS} ms. */
    private static List<String> received(Connection connection) throws SQLException {
        PGNotification @Nullable [] notifications =
                connection.unwrap(PGConnection.class).getNotifications(POLL_MILLIS);
        return notifications == null
                ? List.of()
                : Stream.of(notifications).map(PGNotification::getParameter).toList();
    }
}
