package dev.caprock.webhook;

import dev.caprock.TestDatabaseConfiguration;
import dev.caprock.id.Ids;
import dev.caprock.metrics.Readings;
import dev.caprock.remote.TurnedClock;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.RestController;

/** The room, but for its controller, and those that it knows, without a web server, and with time that a test turns. */
@EnableAutoConfiguration
@ConfigurationPropertiesScan({"dev.caprock.secrets", "dev.caprock.webhook", "dev.caprock.metrics"})
@ComponentScan(
        basePackages = {"dev.caprock.journal", "dev.caprock.audit", "dev.caprock.secrets", "dev.caprock.webhook"},
        excludeFilters = @ComponentScan.Filter(RestController.class))
@Import({TestDatabaseConfiguration.class, Ids.class, Readings.class})
class WebhookRooms {

    @Bean
    TurnedClock clock() {
        return new TurnedClock();
    }
}
