package dev.caprock.retention;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has one replica at a time remove what is over, again and again. */
@Configuration(proxyBeanMethods = false)
class RetentionJobs {

    private static final Duration BETWEEN_SESSIONS = Duration.ofMinutes(10);
    private static final Duration BETWEEN_MONTHS = Duration.ofHours(1);

    @Bean
    RecurringTask<Void> sessionRetentionTask(ClosedSessions sessions) {
        return Tasks.recurring("session-retention", FixedDelay.of(BETWEEN_SESSIONS))
                .execute((task, context) -> sessions.remove());
    }

    @Bean
    RecurringTask<Void> outputRetentionTask(OutputMonths months) {
        return Tasks.recurring("output-retention", FixedDelay.of(BETWEEN_MONTHS))
                .execute((task, context) -> months.drop());
    }

    @Bean
    RecurringTask<Void> auditRetentionTask(AuditMonths months) {
        return Tasks.recurring("audit-retention", FixedDelay.of(BETWEEN_MONTHS))
                .execute((task, context) -> months.drop());
    }
}
