package dev.caprock.access;

import dev.caprock.audit.Actor;
import dev.caprock.id.Ids;
import dev.caprock.problem.Problem;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.SimpleCommandLinePropertySource;

/**
 * Makes an API key where there is none yet that could: {@code java -jar caprock.jar create-api-key --tenant=… --scopes=…}. It needs
 * the database, whose tables it makes if they are missing, and nothing else of the service. Whoever has the database's password
 * could write any key there, so this opens nothing new.
 */
@ImportAutoConfiguration({
    DataSourceAutoConfiguration.class,
    DataSourceTransactionManagerAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    JdbcClientAutoConfiguration.class,
    TransactionAutoConfiguration.class,
    FlywayAutoConfiguration.class
})
@EnableConfigurationProperties(AccessSettings.class)
@ComponentScan("dev.caprock.audit")
@Import({Ids.class, ApiKeyTable.class, ApiKeys.class})
public class FirstApiKey {

    public static final String COMMAND = "create-api-key";

    private static final List<String> OPTIONS = List.of("tenant", "name", "scopes", "expires-in");
    private static final String USAGE =
            "usage: create-api-key [--tenant=default] [--name=first] [--scopes=admin,…] [--expires-in=P90D]";

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /**
     * Prints the key and nothing else.
     *
     * @param properties of the service, beside those of its environment
     * @return 0, or 2 when the arguments say nothing that can be done
     */
    public static int make(String[] arguments, Map<String, Object> properties, PrintStream out, PrintStream errors) {
        var given = new SimpleCommandLinePropertySource(arguments);
        var unknown = Arrays.stream(given.getPropertyNames())
                .filter(name -> !OPTIONS.contains(name))
                .collect(Collectors.joining(" "));
        if (!unknown.isEmpty()) {
            errors.println("unknown: " + unknown + "\n" + USAGE);
            return 2;
        }
        var asked = new CreateApiKey(
                Objects.requireNonNullElse(given.getProperty("name"), "first"),
                List.of(Objects.requireNonNullElse(given.getProperty("scopes"), "admin")
                        .split(",")),
                given.getProperty("expires-in"),
                null);
        try (ConfigurableApplicationContext context = start(properties)) {
            var settings = context.getBean(AccessSettings.class);
            var actor = new Actor(
                    Objects.requireNonNullElse(given.getProperty("tenant"), settings.operatorTenant()),
                    COMMAND,
                    null,
                    null);
            CreateApiKey.Checked checked =
                    asked.check(settings.apiKeys(), context.getBean(Clock.class).instant());
            ApiKeys.Made made =
                    context.getBean(ApiKeys.class).make(checked.name(), checked.scopes(), checked.expiresAt(), actor);
            out.println(made.text().text());
            return 0;
        } catch (Problem problem) {
            problem.mistakes().forEach(mistake -> errors.println(mistake.pointer() + ": " + mistake.message()));
            errors.println(USAGE);
            return 2;
        }
    }

    private static ConfigurableApplicationContext start(Map<String, Object> properties) {
        return new SpringApplicationBuilder(FirstApiKey.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .properties(Map.of("logging.level.root", "warn"))
                .properties(properties)
                .run();
    }
}
