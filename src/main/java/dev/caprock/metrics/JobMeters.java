package dev.caprock.metrics;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How the recurring jobs are doing, whichever replica runs them. */
@Component
class JobMeters {

    private static final String JOBS = """
            select task_name, coalesce(consecutive_failures, 0) as failures,
                   greatest(0, extract(epoch from clock_timestamp() - execution_time))::float8 as overdue
            from scheduled_tasks""";

    private final JdbcClient database;

    private record Job(long failures, double overdue) {

        static final Job NEVER_STARTED = new Job(0, 0);
    }

    JobMeters(List<RecurringTask<?>> jobs, JdbcClient database, Readings readings, MeterRegistry meters) {
        this.database = database;
        Reading<Map<String, Job>> read = readings.of(this::read);
        for (RecurringTask<?> job : jobs) {
            String name = job.getName();
            Gauge.builder("caprock.jobs.failures", read, all -> tell(all, name, Job::failures))
                    .description("How often a recurring job has failed since it last succeeded")
                    .tag("name", name)
                    .register(meters);
            TimeGauge.builder("caprock.jobs.overdue", read, TimeUnit.SECONDS, all -> tell(all, name, Job::overdue))
                    .description("For how long a recurring job has been due without having ended")
                    .tag("name", name)
                    .register(meters);
        }
    }

    private Map<String, Job> read() {
        var all = new HashMap<String, Job>();
        database.sql(JOBS).query(row -> {
            all.put(row.getString("task_name"), new Job(row.getLong("failures"), row.getDouble("overdue")));
        });
        return all;
    }

    private static double tell(Reading<Map<String, Job>> read, String name, ToDoubleFunction<Job> part) {
        return read.tell(all -> part.applyAsDouble(all.getOrDefault(name, Job.NEVER_STARTED)));
    }
}
