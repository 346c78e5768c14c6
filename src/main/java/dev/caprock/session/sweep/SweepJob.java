package dev.caprock.session.sweep;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has one replica sweep at a time, again and again. */
@Configuration(proxyBeanMethods = false)
class SweepJob {

    @Bean
    RecurringTask<Void> sweepTask(Sweep sweep, SweepSettings settings) {
        return Tasks.recurring("sweep", FixedDelay.of(settings.interval())).execute((task, context) -> sweep.run());
    }
}
