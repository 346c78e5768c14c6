package dev.caprock.journal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Makes the monthly partitions ahead of time. Where it cannot, rows go to the DEFAULT partitions and nothing is lost. */
@Component
class Partitions {

    private static final int MONTHS_AHEAD = 12;
    private static final Logger log = LoggerFactory.getLogger(Partitions.class);

    private final JdbcClient database;

    Partitions(JdbcClient database) {
        this.database = database;
    }

    @EventListener(ApplicationReadyEvent.class)
    void ensure() {
        try {
            int made = database.sql("SELECT ensure_partitions(:months)")
                    .param("months", MONTHS_AHEAD)
                    .query(Integer.class)
                    .single();
            log.debug("made {} partitions", made);
        } catch (DataAccessException failure) {
            log.warn("partitions for the next months could not be made; rows go to the default ones", failure);
        }
    }
}
