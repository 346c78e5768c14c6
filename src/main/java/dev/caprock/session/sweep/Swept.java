package dev.caprock.session.sweep;

import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The rows of when each remote was last swept to the end, by whichever replica. */
@Component
class Swept {

    private final JdbcClient jdbc;

    Swept(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A remote that was never tried before counts from now on. */
    void tried(String remote) {
        jdbc.sql("insert into swept (remote, swept_at) values (:remote, clock_timestamp()) on conflict do nothing")
                .param("remote", remote)
                .update();
    }

    void done(String remote) {
        jdbc.sql("update swept set swept_at = clock_timestamp() where remote = :remote")
                .param("remote", remote)
                .update();
    }

    /** Seconds since then, by remote; one that was never tried is left out. */
    Map<String, Double> ages() {
        var ages = new HashMap<String, Double>();
        jdbc.sql("select remote, extract(epoch from clock_timestamp() - swept_at)::float8 as age from swept")
                .query(row -> {
                    ages.put(row.getString("remote"), Math.max(0, row.getDouble("age")));
                });
        return ages;
    }
}
