package dev.caprock.journal;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has one replica at a time make the partitions of months to come, for replicas that run for longer than these reach. */
@Configuration(proxyBeanMethods = false)
class PartitionJob {

    private static final Duration INTERVAL = Duration.ofDays(1);

    @Bean
    RecurringTask<Void> makePartitionsTask(Partitions partitions) {
        return Tasks.recurring("make-partitions", FixedDelay.of(INTERVAL))
                .execute((task, context) -> partitions.ensure());
    }
}
