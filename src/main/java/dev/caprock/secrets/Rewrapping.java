package dev.caprock.secrets;

import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Brings data keys under the current master key. Secrets are neither read nor written. Each data key is replaced in one statement,
 * and only as it was read: whoever seals, opens, forgets or rewraps at the same time sees it before or after.
 */
@Component
class Rewrapping {

    private static final Logger log = LoggerFactory.getLogger(Rewrapping.class);

    private static final int BATCH = 100;
    private static final UUID BEFORE_ALL = new UUID(0, 0);

    private static final String NEXT = """
            SELECT owner, wrapped, master_key FROM data_key
            WHERE master_key <> :current AND owner > :after ORDER BY owner LIMIT :limit""";

    private static final String REPLACE = """
            UPDATE data_key SET wrapped = :rewrapped, master_key = :current
            WHERE owner = :owner AND wrapped = :wrapped""";

    private static final String LEFT = "SELECT count(*) FROM data_key WHERE master_key <> :current";

    private static final String BY_MASTER_KEY =
            "SELECT master_key, count(*) AS number FROM data_key GROUP BY master_key";

    private static final String OTHERS = """
            SELECT DISTINCT master_key FROM data_key WHERE master_key <> :current ORDER BY master_key""";

    private final JdbcClient database;
    private final MasterKeys keys;

    Rewrapping(JdbcClient database, MasterKeys keys) {
        this.database = database;
        this.keys = keys;
    }

    @SuppressWarnings("ArrayRecordComponent") // on its way from the database; never compared
    private record Outdated(UUID owner, byte[] wrapped, String masterKey) {}

    /** Rewraps all that this replica can. */
    void run() {
        long rewrapped = 0;
        List<Outdated> batch = next(BEFORE_ALL);
        while (!batch.isEmpty()) {
            rewrapped += batch.stream().filter(this::rewrap).count();
            batch = next(batch.getLast().owner());
        }
        report(rewrapped);
    }

    private void report(long rewrapped) {
        List<String> missing = others();
        String current = keys.current().id();
        if (!missing.isEmpty()) {
            log.warn("secrets.rewrapped count={} left={} of={} masterKey={}", rewrapped, left(), missing, current);
        } else if (rewrapped > 0) {
            log.info("secrets.rewrapped count={} left=0 masterKey={}", rewrapped, current);
        }
    }

    /** How many data keys the current master key does not wrap. With none, former master keys may go. */
    long left() {
        return database.sql(LEFT)
                .param("current", keys.current().id())
                .query(Long.class)
                .single();
    }

    /** How many data keys each master key wraps: those of open sessions and of webhooks, since closed sessions have none. */
    Map<String, Long> byMasterKey() {
        var counts = new HashMap<String, Long>();
        database.sql(BY_MASTER_KEY).query(row -> {
            counts.put(row.getString("master_key"), row.getLong("number"));
        });
        return counts;
    }

    /** The master keys that wrap these. */
    private List<String> others() {
        return database.sql(OTHERS)
                .param("current", keys.current().id())
                .query((row, number) -> String.valueOf(row.getString("master_key")))
                .list();
    }

    private List<Outdated> next(UUID after) {
        return database.sql(NEXT)
                .param("current", keys.current().id())
                .param("after", after)
                .param("limit", BATCH)
                .query((row, number) -> new Outdated(
                        row.getObject("owner", UUID.class), row.getBytes("wrapped"), row.getString("master_key")))
                .list();
    }

    private boolean rewrap(Outdated key) {
        Optional<MasterKey> former = keys.find(key.masterKey());
        if (former.isEmpty()) {
            return false;
        }
        try {
            return replace(key, keys.current().rewrap(key.owner(), key.wrapped(), former.get()));
        } catch (GeneralSecurityException failure) {
            log.error(
                    "secrets owner={} has a data key that cannot be unwrapped: {}", key.owner(), failure.getMessage());
            return false;
        }
    }

    private boolean replace(Outdated key, byte[] rewrapped) {
        return database.sql(REPLACE)
                        .param("rewrapped", rewrapped)
                        .param("current", keys.current().id())
                        .param("owner", key.owner())
                        .param("wrapped", key.wrapped())
                        .update()
                == 1;
    }
}
