package dev.caprock.scenario;

import dev.caprock.CaprockApplication;
import dev.caprock.TestDatabaseConfiguration;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;

/**
 * Runs a test class on the one service that all such classes share. Let {@link Scenario} be autowired. After each test faults
 * are cleared and sessions that are still open are closed.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = {CaprockApplication.class, TestDatabaseConfiguration.class, ScenarioConfiguration.class},
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "caprock.secrets.master-key=" + Scenario.MASTER_KEY,
            "caprock.access.cors.allowed-origins=https://dashboard.example",
            "caprock.access.scrape-token=" + Scenario.SCRAPE_TOKEN,
            "caprock.session.minimum-ttl=1s",
            "caprock.lifecycle.stop-grace=2s",
            "caprock.events.heartbeat=1s",
            "server.tomcat.connection-timeout=3s",
            "caprock.webhook.allow-http=true",
            "caprock.webhook.allowed-networks=127.0.0.1",
            "caprock.e2b.package-hosts=system.packages.example,npm.agents.example",
            "caprock.vercel.package-hosts=system.packages.example,npm.agents.example",
            "caprock.remote.own.e2b.creates-per-second=1000",
            "caprock.remote.own.vercel.creates-per-second=1000"
        })
@ContextConfiguration(initializers = ScenarioConfiguration.UseSimulators.class)
@ExtendWith(ScenarioConfiguration.LeaveNothingBehind.class)
@Timeout(120)
public @interface ScenarioTest {}
