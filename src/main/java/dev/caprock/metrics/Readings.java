package dev.caprock.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * All that gauges tell and that lies in the database. One thread reads it, one thing after the other on one connection, each for a
 * few seconds at most: however many scrape, and however many gauges there are.
 */
@Component
public class Readings implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Readings.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final List<Reading<?>> readings = new CopyOnWriteArrayList<>();
    private final TransactionTemplate transaction;
    private final Duration interval;
    private final long kept;
    private final LongSupplier nanoTime;
    private volatile long renewedAt;
    private @Nullable ScheduledExecutorService clockwork;

    @Autowired
    Readings(PlatformTransactionManager transactions, MetricsSettings settings, MeterRegistry meters) {
        this(transactions, settings, meters, System::nanoTime);
    }

    Readings(
            PlatformTransactionManager transactions,
            MetricsSettings settings,
            MeterRegistry meters,
            LongSupplier nanoTime) {
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setReadOnly(true);
        this.transaction.setTimeout((int) PATIENCE.toSeconds());
        this.interval = settings.refreshInterval();
        this.kept = settings.kept().toNanos();
        this.nanoTime = nanoTime;
        this.renewedAt = nanoTime.getAsLong();
        TimeGauge.builder("caprock.readings.age", this, TimeUnit.NANOSECONDS, Readings::age)
                .description("Time since all that lies in the database was read for gauges")
                .register(meters);
    }

    /**
     * Has something read from now on.
     *
     * @param source asks the database, by queries that stay cheap however much is stored
     */
    public <T> Reading<T> of(Supplier<T> source) {
        var reading = new Reading<>(source, kept, nanoTime);
        readings.add(reading);
        return reading;
    }

    private double age() {
        return nanoTime.getAsLong() - renewedAt;
    }

    /** Reads all of it now. What cannot be read is unknown from now on. */
    void renew() {
        boolean all = true;
        for (Reading<?> reading : readings) {
            all &= renewed(reading);
        }
        if (all) {
            renewedAt = nanoTime.getAsLong();
        }
    }

    private boolean renewed(Reading<?> reading) {
        try {
            transaction.executeWithoutResult(status -> reading.renew());
            return true;
        } catch (CannotCreateTransactionException failure) {
            log.debug("the database cannot be reached for metrics; tried again in {}", interval, failure);
        } catch (RuntimeException failure) {
            log.warn("something could not be read for metrics; tried again in {}", interval, failure);
        }
        reading.forget();
        return false;
    }

    @Override
    public synchronized void start() {
        if (clockwork == null) {
            clockwork = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("readings").factory());
            var ignored = clockwork.scheduleWithFixedDelay(this::renew, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public synchronized void stop() {
        if (clockwork != null) {
            clockwork.shutdown(); // no interrupt: one inside JDBC breaks the connection
            clockwork = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return clockwork != null;
    }
}
