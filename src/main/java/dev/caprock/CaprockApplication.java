package dev.caprock;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the service. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class CaprockApplication {

    public static void main(String[] args) {
        SpringApplication.run(CaprockApplication.class, args);
        // From here on the process ends only because it is told to. Once all is handed over that is a success, which a
        // JVM
        // that was signalled does not say by itself.
        SpringApplication.getShutdownHandlers().add(() -> Runtime.getRuntime().halt(0));
    }
}
