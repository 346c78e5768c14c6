package dev.caprock.retention;

import static dev.caprock.retention.GivenSessions.END;
import static dev.caprock.retention.GivenSessions.MONTH;
import static dev.caprock.retention.GivenSessions.THEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutputMonthsTest {

    private static final String NAME = MONTH.format(DateTimeFormatter.ofPattern("_uuuu_MM"));
    private static final Instant DUE = END.plus(Duration.ofDays(30));
    private static final Instant LONG_AGO = Instant.parse("2024-01-10T00:00:00Z");

    private final GivenSessions given = new GivenSessions();

    @Test
    void aMonthGoesWholeWhenItsEndIsLongAgo() {
        given.closed(THEN, THEN);
        given.closed(END.plusMillis(1), END.plusMillis(1));

        given.outputMonths(DUE.minusMillis(1)).drop();
        assertThat(given.exists("journal" + NAME)).isTrue();

        given.outputMonths(DUE).drop();
        assertThat(given.exists("journal" + NAME)).isFalse();
        assertThat(given.exists("output" + NAME)).isFalse();
        assertThat(given.exists("journal" + NAME + "_over")).isFalse();
        assertThat(given.exists("audit" + NAME))
                .as("audit has a rule of its own")
                .isTrue();
        assertThat(given.count("journal")).as("that of the month after").isOne();
        assertThat(given.count("output")).isOne();
        assertThat(given.count("session"))
                .as("sessions have a rule of their own")
                .isEqualTo(2);
    }

    @Test
    void aSessionThatIsStillOpenKeepsItsMonth() {
        given.closed(THEN, THEN);
        given.open(THEN);

        given.outputMonths(DUE.plus(Duration.ofDays(999))).drop();

        assertThat(given.exists("journal" + NAME)).isTrue();
        assertThat(given.count("output")).isEqualTo(2);
    }

    @Test
    void aSessionThatWasClosedLateKeepsItsMonthUntilItsOwnTimeIsOver() {
        Instant late = END.plus(Duration.ofDays(3));
        given.closed(THEN, late);

        given.outputMonths(late.plus(Duration.ofDays(30))).drop();
        assertThat(given.exists("journal" + NAME)).isTrue();

        given.outputMonths(late.plus(Duration.ofDays(30)).plusSeconds(1)).drop();
        assertThat(given.exists("journal" + NAME)).isFalse();
    }

    @Test
    void defaultPartitionsAreReplacedWhenAllInThemIsOver() {
        given.closed(LONG_AGO, LONG_AGO);
        UUID other = given.closed(LONG_AGO, DUE.minus(Duration.ofDays(29)));
        assertThat(given.count("journal_default")).isEqualTo(2);

        given.outputMonths(DUE).drop();
        assertThat(given.count("journal_default")).isEqualTo(2);
        assertThat(given.count("output_default")).isEqualTo(2);

        given.client
                .sql("update session set closed_at = created_at where id = :id")
                .param("id", other)
                .update();
        given.outputMonths(DUE).drop();
        assertThat(given.count("journal_default")).isZero();
        assertThat(given.count("output_default")).isZero();
        assertThat(given.exists("journal_default_over")).isFalse();
    }

    @Test
    void anOpenSessionKeepsTheDefaultPartitions() {
        given.closed(LONG_AGO, LONG_AGO);
        given.open(LONG_AGO);

        given.outputMonths(DUE).drop();

        assertThat(given.count("journal_default")).isEqualTo(2);
    }

    /** Such as one that is being accepted just now, and whose row nobody sees yet. */
    @Test
    void aYoungIdKeepsTheDefaultPartitions() {
        given.closed(LONG_AGO, LONG_AGO);
        given.client
                .sql("insert into output values (first_id_at(:now), gen_random_uuid(), 1, 0, 'x')")
                .param("now", Instant.parse("2199-01-01T00:00:00Z").atOffset(java.time.ZoneOffset.UTC))
                .update();

        given.outputMonths(DUE).drop();

        assertThat(given.count("output_default")).isEqualTo(2);
    }

    @Test
    void newDefaultPartitionsRefuseTheSameAsTheOldOnes() {
        given.closed(LONG_AGO, LONG_AGO);
        given.outputMonths(DUE).drop();
        given.closed(LONG_AGO, LONG_AGO);

        assertThat(given.count("journal_default")).isOne();
        for (String table : new String[] {"journal_default", "output_default"}) {
            for (String statement : new String[] {"truncate ", "delete from "}) {
                assertThatThrownBy(() -> given.client.sql(statement + table).update())
                        .hasMessageContaining("is refused");
            }
        }
    }

    /** Reading output whose events are there must not find it empty. */
    @Test
    void outputStaysWhileItsEventsAreInTheDefaultPartition() {
        given.client.sql("drop table journal" + NAME).update();
        given.closed(THEN, THEN);
        given.open(LONG_AGO); // keeps the default partitions
        assertThat(given.count("output" + NAME)).isOne();

        given.outputMonths(DUE).drop();

        assertThat(given.exists("output" + NAME)).isTrue();
    }

    @Test
    void whoeverWritesIsNotHeldUpForLong() throws Exception {
        given.closed(THEN, THEN);
        var id = UUID.randomUUID();

        try (var others = Executors.newVirtualThreadPerTaskExecutor()) {
            given.database.transactions().executeWithoutResult(writing -> {
                append(id);
                try {
                    others.submit(() -> given.outputMonths(DUE).drop()).get();
                } catch (Exception failure) {
                    throw new AssertionError(failure);
                }
                assertThat(given.exists("journal" + NAME)).as("postponed").isTrue();
            });
        }

        given.outputMonths(DUE).drop();
        assertThat(given.exists("journal" + NAME)).isFalse();
    }

    private void append(UUID session) {
        int ignored = given.client
                .sql("insert into journal values (:session, 1, 'run.started', now(), null, '{}')")
                .param("session", session)
                .update();
    }

    @Test
    void whatWasDetachedAndNotDroppedIsDroppedTheNextTime() {
        given.client.sql("alter table journal detach partition journal" + NAME).update();
        given.client
                .sql("alter table journal%1$s rename to journal%1$s_over".formatted(NAME))
                .update();

        given.outputMonths(THEN).drop();

        assertThat(given.exists("journal" + NAME + "_over")).isFalse();
    }

    @Test
    void whatWasLeftIsInNobodysWay() {
        given.client.sql("alter table journal detach partition journal_default").update();
        given.client
                .sql("alter table journal_default rename to journal_default_over")
                .update();
        given.client
                .sql("create table journal_default partition of journal default")
                .update();
        given.closed(LONG_AGO, LONG_AGO);

        given.outputMonths(DUE).drop();

        assertThat(given.count("journal_default")).isZero();
        assertThat(given.exists("journal_default_over")).isFalse();
    }

    @Test
    void aMonthThatSomebodyDetachedToKeepItStays() {
        given.client.sql("alter table journal detach partition journal" + NAME).update();

        given.outputMonths(DUE).drop();

        assertThat(given.exists("journal" + NAME)).isTrue();
    }

    @Test
    void severalReplicasAtOnceAreInNobodysWay() throws Exception {
        given.closed(THEN, THEN);
        given.closed(LONG_AGO, LONG_AGO);
        Callable<Void> replica = () -> {
            given.outputMonths(DUE).drop();
            return null;
        };

        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : replicas.invokeAll(Collections.nCopies(4, replica))) {
                done.get();
            }
        }
        given.outputMonths(DUE).drop();

        assertThat(given.count("journal")).isZero();
        assertThat(given.exists("journal" + NAME)).isFalse();
        assertThat(given.exists("journal_default")).isTrue();
    }
}
