package dev.caprock;

import java.util.List;
import java.util.Optional;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.opentelemetry.autoconfigure.logging.OpenTelemetryLoggingAutoConfiguration;

/** Starts the service, or runs a command without it. */
@SpringBootApplication(exclude = OpenTelemetryLoggingAutoConfiguration.class) // the log is printed, and sent by nobody
@ConfigurationPropertiesScan
public class CaprockApplication {

    public static void main(String[] args) {
        Optional<Integer> done = CommandLine.run(List.of(args));
        if (done.isPresent()) {
            System.exit(done.get());
        }
        SpringApplication.run(CaprockApplication.class, args);
        // From here on the process ends only because it is told to. Once all is handed over that is a success, which a
        // JVM
        // that was signalled does not say by itself.
        SpringApplication.getShutdownHandlers().add(() -> Runtime.getRuntime().halt(0));
    }
}
