package dev.caprock.idempotency;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Forgets, a batch at a time, the requests that are too old to be sent again. */
@Configuration(proxyBeanMethods = false)
class ForgettingJob {

    private static final Duration INTERVAL = Duration.ofMinutes(15);
    private static final int BATCH = 1000;

    @Bean
    RecurringTask<Void> forgetRequestsTask(RequestTable table, IdempotencySettings settings) {
        return Tasks.recurring("forget-requests", FixedDelay.of(INTERVAL)).execute((task, context) -> {
            while (table.forget(settings.retention(), BATCH) == BATCH) {
                // each batch is a transaction of its own
            }
        });
    }
}
