package dev.caprock.access;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Forgets, a batch at a time, the tickets that have expired. */
@Configuration(proxyBeanMethods = false)
class EventTicketJob {

    private static final Duration INTERVAL = Duration.ofMinutes(5);
    private static final int BATCH = 1000;

    @Bean
    RecurringTask<Void> forgetEventTicketsTask(EventTicketTable table) {
        return Tasks.recurring("forget-event-tickets", FixedDelay.of(INTERVAL)).execute((task, context) -> {
            while (table.forget(BATCH) == BATCH) {
                // each batch is a transaction of its own
            }
        });
    }
}
