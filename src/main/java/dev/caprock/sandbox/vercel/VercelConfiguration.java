package dev.caprock.sandbox.vercel;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Provider;
import java.time.Clock;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Offers Vercel Sandbox when a team's project and its token are configured. */
@Configuration(proxyBeanMethods = false)
@Conditional(VercelConfiguration.AccountIsSet.class)
class VercelConfiguration {

    @Bean
    Provider vercelProvider(Remotes remotes, VercelSettings settings, Clock clock) {
        return VercelProvider.open(remotes, settings, clock, Pause.REAL);
    }

    /** Boot's own property condition takes a blank value for a set one. */
    static final class AccountIsSet implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return List.of("token", "team-id", "project-id").stream()
                    .map("caprock.vercel."::concat)
                    .allMatch(
                            key -> StringUtils.hasText(context.getEnvironment().getProperty(key)));
        }
    }
}
