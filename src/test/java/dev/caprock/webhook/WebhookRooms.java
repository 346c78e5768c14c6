package dev.caprock.webhook;

import dev.caprock.TestDatabaseConfiguration;
import dev.caprock.id.Ids;
import dev.caprock.remote.TurnedClock;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/** The room and those that it knows, without a web server, and with time that a test turns. */
@EnableAutoConfiguration
@ConfigurationPropertiesScan({"dev.caprock.secrets", "dev.caprock.webhook"})
@ComponentScan({
    "dev.caprock.journal",
    "dev.caprock.audit",
    "dev.caprock.secrets",
    "dev.caprock.access",
    "dev.caprock.webhook"
})
@Import({TestDatabaseConfiguration.class, Ids.class})
class WebhookRooms {

    @Bean
    TurnedClock clock() {
        return new TurnedClock();
    }
}
