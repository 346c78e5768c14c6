package dev.caprock.session.lifecycle;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.caprock.TestDatabaseConfiguration;
import dev.caprock.id.Ids;
import dev.caprock.metrics.Readings;
import dev.caprock.remote.Standing;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.AdmissionSettings;
import dev.caprock.session.Ceiling;
import dev.caprock.session.Ceilings;
import dev.caprock.session.Chronicle;
import dev.caprock.session.Session;
import dev.caprock.session.SessionQueue;
import dev.caprock.session.Sessions;
import dev.caprock.tenant.Budgets;
import dev.caprock.tenant.Tenants;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/** The loop's transactions as Spring puts them together, with no engine, no doings and no web: tests turn it by hand. */
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = "dev.caprock.session")
@ConfigurationPropertiesScan({"dev.caprock.secrets", "dev.caprock.tenant", "dev.caprock.metrics"})
@EnableConfigurationProperties({LifecycleSettings.class, AdmissionSettings.class})
@ComponentScan({"dev.caprock.journal", "dev.caprock.audit", "dev.caprock.secrets"})
@Import({
    TestDatabaseConfiguration.class,
    Readings.class,
    Sessions.class,
    SessionQueue.class,
    Chronicle.class,
    Ids.class,
    Providers.class,
    Networks.class,
    Tenants.class,
    Budgets.class,
    Allowances.class,
    Admission.class,
    Agenda.class,
    Nudge.class,
    Replica.class,
    Desk.class
})
class LoopRooms {

    @Bean
    Ceilings ceilings() {
        return new Ceilings() {
            @Override
            public Ceiling of(Session session) {
                return new Ceiling(Instant.MAX, "nothing limits it.");
            }

            @Override
            public Duration longestTtl(String provider) {
                return Duration.ofDays(1);
            }

            @Override
            public Duration mostSandboxTime(Duration open) {
                return open.plus(Defaults.LIFECYCLE.sandboxLease());
            }
        };
    }

    /** It has room for whatever is not limited by us. */
    @Bean
    Provider scarce() {
        Provider provider = mock();
        when(provider.name()).thenReturn("scarce");
        when(provider.standing()).thenReturn(Standing.free(Standing.Breaker.CLOSED, 1000));
        return provider;
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
