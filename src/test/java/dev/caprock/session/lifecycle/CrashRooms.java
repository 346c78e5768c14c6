package dev.caprock.session.lifecycle;

import dev.caprock.TestDatabaseConfiguration;
import dev.caprock.metrics.Readings;
import dev.caprock.remote.Wire;
import dev.caprock.session.AdmissionSettings;
import dev.caprock.session.SessionSettings;
import dev.caprock.tenant.Budgets;
import dev.caprock.tenant.Tenants;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * What the mortal replicas share: all rooms but the session's, over a database that depends on who asks for it, and a wire
 * that knows who sends.
 */
@EnableAutoConfiguration
@AutoConfigurationPackage(basePackages = "dev.caprock.session")
@ConfigurationPropertiesScan({
    "dev.caprock.secrets",
    "dev.caprock.remote",
    "dev.caprock.sandbox",
    "dev.caprock.workspace",
    "dev.caprock.tenant",
    "dev.caprock.metrics"
})
@EnableConfigurationProperties({SessionSettings.class, AdmissionSettings.class})
@ComponentScan({
    "dev.caprock.id",
    "dev.caprock.journal",
    "dev.caprock.audit",
    "dev.caprock.secrets",
    "dev.caprock.remote",
    "dev.caprock.sandbox",
    "dev.caprock.workspace",
    "dev.caprock.agent"
})
@Import({TestDatabaseConfiguration.class, Readings.class, Tenants.class, Budgets.class})
class CrashRooms {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    DataSource database(JdbcConnectionDetails nobodys) {
        return new MortalDataSource(new DriverManagerDataSource(
                nobodys.getJdbcUrl(), String.valueOf(nobodys.getUsername()), String.valueOf(nobodys.getPassword())));
    }

    @Bean
    Wire wire() {
        return MortalClient::new;
    }
}
