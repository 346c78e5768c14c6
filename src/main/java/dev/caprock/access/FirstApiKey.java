package dev.caprock.access;

import dev.caprock.audit.Actor;
import dev.caprock.id.Ids;
import dev.caprock.problem.Problem;
import dev.caprock.problem.Text;
import java.io.PrintStream;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern OPTION = Pattern.compile("--([^=]+)=(.*)", Pattern.DOTALL);
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
        Map<String, String> given;
        try {
            given = options(arguments);
        } catch (IllegalArgumentException mistake) {
            errors.println(mistake.getMessage() + "\n" + USAGE);
            return 2;
        }
        var asked = new CreateApiKey(
                given.getOrDefault("name", "first"),
                List.of(given.getOrDefault("scopes", "admin").split(",")),
                given.get("expires-in"),
                null);
        try (ConfigurableApplicationContext context = start(properties)) {
            var settings = context.getBean(AccessSettings.class);
            var actor = new Actor(given.getOrDefault("tenant", settings.operatorTenant()), COMMAND, null, null);
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

    /** Strict: what was not understood would otherwise make a key of the operator's. */
    private static Map<String, String> options(String[] arguments) {
        var options = new HashMap<String, String>();
        for (String argument : arguments) {
            Matcher option = OPTION.matcher(argument);
            if (!option.matches()) {
                throw new IllegalArgumentException("not understood: %s; options are --name=value".formatted(argument));
            }
            if (!OPTIONS.contains(option.group(1))) {
                throw new IllegalArgumentException("unknown: " + option.group(1));
            }
            if (options.put(option.group(1), option.group(2)) != null) {
                throw new IllegalArgumentException("given twice: " + option.group(1));
            }
        }
        String tenant = options.get("tenant");
        if (tenant != null && (!tenant.equals(tenant.strip()) || !Text.isLine(tenant, Caller.LONGEST))) {
            throw new IllegalArgumentException("tenant must be a line of 1 to %d characters".formatted(Caller.LONGEST));
        }
        return options;
    }

    private static ConfigurableApplicationContext start(Map<String, Object> properties) {
        return new SpringApplicationBuilder(FirstApiKey.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .properties(Map.of("logging.level.root", "warn"))
                .run(properties.entrySet().stream()
                        .map(property -> "--%s=%s".formatted(property.getKey(), property.getValue()))
                        .toArray(String[]::new));
    }
}
