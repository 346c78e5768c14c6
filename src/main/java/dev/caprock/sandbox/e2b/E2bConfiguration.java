package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Provider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Offers E2B when an account is configured. */
@Configuration(proxyBeanMethods = false)
@Conditional(E2bConfiguration.KeyIsSet.class)
class E2bConfiguration {

    @Bean
    Provider e2bProvider(Remotes remotes, E2bSettings settings) {
        return E2bProvider.open(remotes, settings);
    }

    /** Boot's own property condition takes a blank value for a set one. */
    static final class KeyIsSet implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return StringUtils.hasText(context.getEnvironment().getProperty("caprock.e2b.api-key"));
        }
    }
}
