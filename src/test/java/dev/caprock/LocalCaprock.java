package dev.caprock;

import dev.caprock.access.DevelopmentKeys;
import dev.caprock.simulator.Simulators;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * The whole service on this machine: {@code ./mvnw spring-boot:test-run}. PostgreSQL is embedded (or in a container, where an
 * engine answers); the remotes are simulated unless the environment has accounts for them.
 */
public final class LocalCaprock {

    private LocalCaprock() {}

    public static void main(String[] args) {
        boolean real = isSet("MESA_API_KEY") && isSet("E2B_API_KEY");
        Map<String, Object> properties = new HashMap<>();
        properties.put("caprock.secrets.master-key", freshMasterKey());
        properties.put("server.address", "127.0.0.1"); // what sandboxes run here, they run on this machine
        properties.put("springdoc.swagger-ui.enabled", "true");
        properties.put("springdoc.swagger-ui.persist-authorization", "true");
        if (!real) {
            Simulators simulators = Simulators.start();
            simulators
                    .mesa()
                    .createRepo(
                            "agent-workspace", Map.of("README.md", "A repo for agents.\n", "TODO.md", "Say hello.\n"));
            properties.putAll(simulators.properties());
        }
        var application =
                new SpringApplication(CaprockApplication.class, TestDatabaseConfiguration.class, LocalPages.class);
        application.setDefaultProperties(properties);
        ConfigurableApplicationContext context = application.run(commandLine(args, properties));
        String key = DevelopmentKeys.admin(context.getBean(DataSource.class));
        System.out.println(welcome(context.getEnvironment(), key, real));
    }

    /** Above the blanks that application.yaml has for the same keys, and below what the caller says. */
    private static String[] commandLine(String[] args, Map<String, Object> properties) {
        var all = new java.util.ArrayList<>(java.util.List.of(args));
        properties.forEach((name, value) -> {
            String option = "--%s=".formatted(name);
            if (java.util.List.of(args).stream().noneMatch(arg -> arg.startsWith(option))) {
                all.add(option + value);
            }
        });
        return all.toArray(String[]::new);
    }

    private static String welcome(Environment environment, String key, boolean real) {
        String url = "http://127.0.0.1:" + environment.getProperty("local.server.port");
        String remotes = real
                ? "It uses your accounts: MESA_API_KEY and E2B_API_KEY are set. Sandboxes cost money."
                : "Mesa, E2B and Vercel are simulated on this machine (set MESA_API_KEY and E2B_API_KEY for the real ones).";
        return """

                Caprock is ready at %1$s
                %2$s

                A key for development, which opens everything here until the service stops:

                export CAPROCK_KEY=%3$s

                Click through the API, with that key under Authorize: %1$s/swagger-ui/index.html

                Start a session, and watch it to its end:

                curl -s %1$s/v1/sessions -H "Authorization: Bearer $CAPROCK_KEY" -H 'Content-Type: application/json' -d '{"repos": [{"name": "agent-workspace"}], "agent": {"kind": "claude-code", "secrets": {"ANTHROPIC_API_KEY": "any"}}, "prompt": "Say hello."}' | grep -o 'ses_[0-9a-f]*' | head -n 1 | xargs -I ID curl -sN %1$s/v1/sessions/ID/events -H "Authorization: Bearer $CAPROCK_KEY" -H 'Accept: text/event-stream'
                """.formatted(url, remotes, key);
    }

    private static boolean isSet(String variable) {
        String value = System.getenv(variable);
        return value != null && !value.isBlank();
    }

    private static String freshMasterKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }
}
