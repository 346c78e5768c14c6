package dev.caprock;

import dev.caprock.access.FirstApiKey;
import java.util.Arrays;
import java.util.Map;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the service, or makes the first API key of a tenant. */
/** Starts the service, or runs a command without it. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class CaprockApplication {

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(FirstApiKey.COMMAND)) {
            String[] options = Arrays.copyOfRange(args, 1, args.length);
            System.exit(FirstApiKey.make(options, Map.of(), System.out, System.err));
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
