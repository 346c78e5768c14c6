package dev.caprock.secrets;

import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Has one replica at a time rewrap data keys, again and again. When there are none to rewrap, that is one look at a small table. */
@Configuration(proxyBeanMethods = false)
class RewrappingJob {

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    @Bean
    RecurringTask<Void> rewrapDataKeysTask(Rewrapping rewrapping) {
        return Tasks.recurring("rewrap-data-keys", FixedDelay.of(INTERVAL))
                .execute((task, context) -> rewrapping.run());
    }
}
