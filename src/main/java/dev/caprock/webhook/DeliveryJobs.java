package dev.caprock.webhook;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is done again and again, by one replica at a time. */
@Configuration(proxyBeanMethods = false)
class DeliveryJobs {

    private static final Duration BETWEEN_REMOVALS = Duration.ofMinutes(10);

    @Bean
    RecurringTask<Void> webhookDeliveryTask(Dispatcher dispatcher, GivingUp givingUp, WebhookSettings settings) {
        return Tasks.recurring("webhook-delivery", FixedDelay.of(settings.interval()))
                .execute((task, context) -> {
                    givingUp.giveUp();
                    dispatcher.wake();
                });
    }

    @Bean
    RecurringTask<Void> webhookRetentionTask(Retention retention, WebhookSettings settings) {
        return Tasks.recurring("webhook-retention", FixedDelay.of(BETWEEN_REMOVALS))
                .execute((task, context) -> retention.remove(settings.retention()));
    }
}
