package dev.caprock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.Audits;
import dev.caprock.audit.Verification.Intact;
import dev.caprock.journal.Entry;
import dev.caprock.journal.Journal;
import dev.caprock.journal.Outputs;
import dev.caprock.journal.Position;
import dev.caprock.journal.Tail;
import dev.caprock.metrics.Readings;
import dev.caprock.secrets.Vault;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionTemplate;

/** The rooms journal, audit and secrets, as Spring Boot puts them together. */
@SpringBootTest(
        classes = RecordingRoomsTest.Rooms.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
class RecordingRoomsTest {

    private static final UUID SESSION = UUID.randomUUID();
    private static final UUID RUN = UUID.randomUUID();
    private static final Actor ANN = new Actor("acme", "ann", null, null);
    private static final Entry ENTRY = new Entry("session.status", null, Map.of());

    @Autowired
    private Journal journal;

    @Autowired
    private Outputs outputs;

    @Autowired
    private Tail tail;

    @Autowired
    private Audit audit;

    @Autowired
    private Vault vault;

    @Autowired
    private TransactionTemplate transactions;

    @Autowired
    private JdbcClient database;

    @Test
    void nothingIsWrittenOutsideTheCallersTransaction() {
        assertRefused(() -> journal.append(SESSION, Instant.EPOCH, List.of(ENTRY)));
        assertRefused(() -> outputs.open(SESSION, RUN));
        assertRefused(() ->
                outputs.append(SESSION, RUN, Position.START, List.of(), Position.START, List.of(ENTRY), Instant.EPOCH));
        assertRefused(() -> audit.append(SESSION, Instant.EPOCH, ANN, "session.create", "ses_1", "accepted", null));
        assertRefused(() -> vault.seal(SESSION, "API_KEY", new byte[1]));
        assertRefused(() -> vault.forget(SESSION));
    }

    @Test
    void whatTheCallerRollsBackWasNever() {
        var session = UUID.randomUUID();
        transactions.executeWithoutResult(status -> {
            outputs.open(session, RUN);
            journal.append(session, Instant.EPOCH, List.of(ENTRY));
            audit.append(session, Instant.EPOCH, ANN, "session.create", "ses_1", "accepted", null);
            vault.seal(session, "API_KEY", new byte[1]);
            status.setRollbackOnly();
        });

        assertThat(journal.head(session)).isZero();
        assertThat(Audits.verify(database, session)).isEqualTo(new Intact(0));
        assertThat(vault.holds(session)).isFalse();
    }

    @Test
    void theTailRunsAndPartitionsAreThere() {
        assertThat(tail.isRunning()).isTrue();
        assertThat(database.sql("SELECT ensure_partitions(12)")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private static void assertRefused(ThrowingCallable write) {
        assertThatThrownBy(write).isInstanceOf(IllegalTransactionStateException.class);
    }

    @EnableAutoConfiguration
    @ConfigurationPropertiesScan({"dev.caprock.secrets", "dev.caprock.metrics"})
    @ComponentScan({"dev.caprock.journal", "dev.caprock.audit", "dev.caprock.secrets"})
    @Import({TestDatabaseConfiguration.class, Readings.class})
    static class Rooms {}
}
