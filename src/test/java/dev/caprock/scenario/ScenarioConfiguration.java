package dev.caprock.scenario;

import dev.caprock.access.Issuer;
import dev.caprock.simulator.Simulators;
import java.net.URI;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Wires a service to simulated remotes. */
@TestConfiguration(proxyBeanMethods = false)
class ScenarioConfiguration {

    @Bean
    Scenario scenario(
            Environment environment, Simulators simulators, DataSource database, ObjectProvider<SandboxMaker> others) {
        return new Scenario(
                () -> URI.create("http://127.0.0.1:" + environment.getRequiredProperty("local.server.port")),
                simulators,
                database,
                others.stream().toList());
    }

    /** They must run before the context is refreshed: whether there is a provider depends on their properties. */
    static final class UseSimulators implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            var simulators = Simulators.start();
            TestPropertyValues.of(simulators.properties()).applyTo(context);
            context.getBeanFactory().registerSingleton("simulators", simulators);
            var issuer = Issuer.start();
            TestPropertyValues.of(issuer.properties()).applyTo(context);
            context.getBeanFactory().registerSingleton("issuer", issuer);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                simulators.close();
                issuer.close();
            }));
        }
    }

    static final class LeaveNothingBehind implements AfterEachCallback {

        @Override
        public void afterEach(ExtensionContext test) {
            SpringExtension.getApplicationContext(test).getBean(Scenario.class).endAll();
        }
    }
}
