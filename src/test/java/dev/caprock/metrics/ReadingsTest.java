package dev.caprock.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.SimpleTransactionStatus;

/** What gauges tell while the database answers, and when it does not. Time is turned by hand. */
class ReadingsTest {

    private final Database database = new Database();
    private final AtomicLong nanoTime = new AtomicLong(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Readings readings =
            new Readings(database, new MetricsSettings(Duration.ofSeconds(15)), meters, nanoTime::get);
    private final AtomicLong stored = new AtomicLong(7);
    private final AtomicLong asked = new AtomicLong();
    private final Reading<Long> reading = readings.of(() -> {
        asked.incrementAndGet();
        return stored.get();
    });

    @Test
    void whatWasNotReadYetIsUnknown() {
        assertThat(told()).isNaN();
    }

    @Test
    void whoeverAsksIsToldWhatWasReadLastAndNobodyAsksTheDatabase() {
        readings.renew();
        stored.set(8);

        assertThat(told()).isEqualTo(7);
        assertThat(told()).isEqualTo(7);
        assertThat(asked).hasValue(1);
        readings.renew();
        assertThat(told()).isEqualTo(8);
    }

    @Test
    void itReadsAloneForAFewSecondsAtMost() {
        readings.renew();

        assertThat(database.asked.isReadOnly()).isTrue();
        assertThat(database.asked.getTimeout()).isBetween(1, 10);
    }

    @Test
    void whileTheDatabaseIsAwayItIsUnknown() {
        readings.renew();
        database.away = true;

        readings.renew();

        assertThat(told()).isNaN();
        database.away = false;
        readings.renew();
        assertThat(told()).isEqualTo(7);
    }

    /** The thread that reads may hang before it learns that it cannot. */
    @Test
    void whatWasReadLongAgoIsUnknown() {
        readings.renew();

        turn(Duration.ofSeconds(45));
        assertThat(told()).isEqualTo(7);
        turn(Duration.ofNanos(1));
        assertThat(told()).isNaN();
    }

    @Test
    void oneThatCannotBeReadHidesNoOther() {
        Reading<Long> broken = readings.of(() -> {
            throw new QueryTimeoutException("too slow");
        });
        Reading<Long> other = readings.of(() -> 3L);

        readings.renew();

        assertThat(broken.tell(Long::doubleValue)).isNaN();
        assertThat(other.tell(Long::doubleValue)).isEqualTo(3);
        assertThat(told()).isEqualTo(7);
    }

    @Test
    void itsAgeGrowsUntilAllIsReadAgain() {
        turn(Duration.ofSeconds(20));
        assertThat(age()).isEqualTo(20);
        readings.renew();
        assertThat(age()).isZero();

        turn(Duration.ofSeconds(15));
        database.away = true;
        readings.renew();

        assertThat(age()).isEqualTo(15);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0.999S", "PT31S"})
    void anIntervalThatMakesNoSenseIsRefused(Duration interval) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MetricsSettings(interval))
                .withMessageContaining("caprock.metrics.refresh-interval must be from 1s to 30s but is " + interval);
    }

    private double told() {
        return reading.tell(Long::doubleValue);
    }

    private double age() {
        return meters.get("caprock.readings.age").timeGauge().value(TimeUnit.SECONDS);
    }

    private void turn(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }

    private static final class Database implements PlatformTransactionManager {

        private boolean away;
        private TransactionDefinition asked = TransactionDefinition.withDefaults();

        @Override
        public TransactionStatus getTransaction(@org.jspecify.annotations.Nullable TransactionDefinition definition) {
            if (away) {
                throw new CannotCreateTransactionException("no connection");
            }
            asked = definition == null ? asked : definition;
            return new SimpleTransactionStatus();
        }

        @Override
        public void commit(TransactionStatus status) {}

        @Override
        public void rollback(TransactionStatus status) {}
    }
}
