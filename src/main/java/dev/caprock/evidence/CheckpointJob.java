package dev.caprock.evidence;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has one replica at a time make checkpoints, again and again. */
@Configuration(proxyBeanMethods = false)
class CheckpointJob {

    @Bean
    RecurringTask<Void> checkpointTask(Checkpoints checkpoints, AuditSettings settings) {
        return Tasks.recurring("audit-checkpoint", FixedDelay.of(settings.checkpointInterval()))
                .execute((task, context) -> checkpoints.makeAll());
    }
}
