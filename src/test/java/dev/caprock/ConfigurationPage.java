package dev.caprock;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;

/** The page that lists every key, made of what the code says of them. */
final class ConfigurationPage {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z0-9_]+):.*}");
    private static final Pattern RECORDS =
            Pattern.compile("java\\.util\\.Map<java\\.lang\\.String,(dev\\.caprock\\.[\\w.$]+)>");
    private static final Pattern CODE = Pattern.compile("\\{@code ([^}]+)}");

    private static final String INTRODUCTION = """
            # Configuration

            <!-- made of the code: ./mvnw test -Dtest=ConfigurationTest -Dcaprock.configuration.renew=true -->

            Every key can be an environment variable, a line of an `application.yaml` beside the jar (`config/application.yaml` in the image), or an
            argument (`--caprock.session.maximum-ttl=4h`); arguments win over the environment, which wins over files. [Operating
            Caprock](operate.md) says where they go in `docker compose` and in the chart.

            - A **duration** is a number and a unit (`500ms`, `30s`, `10m`, `4h`, `90d`) or ISO-8601 (`PT4H`); a **size** likewise (`512KB`, `4MB`, `1GB`).
            - A **list** has commas between. A **map** has a name behind the key: `caprock.admission.maximum-sandboxes.e2b=20`, in the environment
              `CAPROCK_ADMISSION_MAXIMUMSANDBOXES_E2B=20`; a name that has more than letters and digits goes into a file or an argument, in brackets: `own.[team-a]`.
            - A key that is missing or has a wrong value ends the start with a sentence for each such key. Secrets are quoted nowhere.

            ## Secrets in files

            Instead of the environment, which whoever may look at a process or a container can read, a secret can be a file in `/run/secrets` (or the
            folder that `CAPROCK_SECRETS_DIRECTORY` names). The file's name is that of the environment variable or of the key, its content is the value;
            a newline at its end does not matter. The environment wins over it.

            | file | or | holds |
            |---|---|---|
            | `CAPROCK_MASTER_KEY` | `caprock.secrets.master-key` | what wraps the data keys |
            | `CAPROCK_FORMER_MASTER_KEYS` | `caprock.secrets.former-master-keys` | keys that only unwrap, with commas between |
            | `CAPROCK_SIGNING_KEY` | `caprock.audit.signing-key` | what signs audit checkpoints, PEM with all its lines |
            | `MESA_API_KEY`, `MESA_PRIVATE_KEY` | `caprock.mesa.api-key`, `caprock.mesa.private-key` | Mesa's keys |
            | `E2B_API_KEY` | `caprock.e2b.api-key` | E2B's key |
            | `VERCEL_TOKEN` | `caprock.vercel.token` | Vercel's token |
            | `CAPROCK_SCRAPE_TOKEN` | `caprock.access.scrape-token` | what opens the metrics |
            | `SPRING_DATASOURCE_USERNAME`, `SPRING_DATASOURCE_PASSWORD` | `spring.datasource.username`, `spring.datasource.password` | the database account |

            ## Of Spring Boot's own

            Any of [Spring Boot's keys](https://docs.spring.io/spring-boot/appendix/application-properties/index.html) works; these matter here.

            | key | default here | meaning |
            |---|---|---|
            | `spring.datasource.url` | required | the database, such as `jdbc:postgresql://host:5432/caprock` |
            | `spring.datasource.username`, `.password` | none | its account, which owns the tables: it migrates them and drops old partitions |
            | `spring.datasource.hikari.maximum-pool-size` | 20 | connections of a replica, one more listens |
            | `server.port`, `server.address` | 8080, all | where to listen |
            | `server.forward-headers-strategy` | `none` | `native` behind a proxy, whose address audit records have otherwise |
            | `server.tomcat.remoteip.internal-proxies` | private addresses | your proxies' addresses, as a regular expression |
            | `management.server.port` | that of callers | a port of its own for health and metrics |
            | `logging.level.<logger>` | `info` | what is logged, such as `logging.level.dev.caprock=debug` |
            | `logging.structured.format.console` | plain lines | `ecs` or `logstash`: [the log](operate.md#logs) as JSON |
            | `management.opentelemetry.tracing.export.otlp.endpoint` | nowhere | where [traces](operate.md#traces) are sent, such as `http://collector:4318/v1/traces` |
            | `management.tracing.sampling.probability` | 1.0 | the share of traces that is sent, of those that begin here |
            """;

    private ConfigurationPage() {}

    /** @param keys of the metadata, which have a name, type, description and perhaps a default */
    static String of(List<JsonNode> keys) throws IOException {
        Map<String, String> variables = variables();
        var rooms = keys.stream()
                .collect(Collectors.groupingBy(
                        key -> name(key).replaceFirst("^(caprock\\.[^.]+).*", "$1"),
                        TreeMap::new,
                        Collectors.toList()));
        var page = new StringBuilder(INTRODUCTION);
        rooms.forEach((room, ofRoom) -> {
            page.append("\n## `%s`\n\n%s\n\n| key | type | default | meaning | environment |\n|---|---|---|---|---|\n"
                    .formatted(room, meaning(purpose(ofRoom))));
            ofRoom.forEach(key -> page.append(row(room, key, variables)).append(entries(room, key, ofRoom)));
        });
        return page.toString();
    }

    private static String row(String room, JsonNode key, Map<String, String> variables) {
        return "| `%s` | %s | %s | %s | `%s` |\n"
                .formatted(
                        name(key).substring(room.length() + 1),
                        type(key.path("type").asString()),
                        standard(key.path("defaultValue")),
                        meaning(key.path("description").asString("")),
                        variable(key, variables));
    }

    /** The nearest to the root; nested ones have purposes of their own. */
    private static String purpose(List<JsonNode> ofRoom) {
        return ofRoom.stream()
                .map(key -> key.path("sourceType").asString().replaceFirst("\\$.*", ""))
                .filter(type -> type.endsWith("Settings"))
                .map(type -> SettingsSource.of(type).purpose())
                .findFirst()
                .orElseThrow();
    }

    /** What stands under each name of a map of records. */
    private static String entries(String room, JsonNode key, List<JsonNode> ofRoom) {
        Matcher map = RECORDS.matcher(key.path("type").asString());
        if (!map.matches()) {
            return "";
        }
        return Arrays.stream(recordOf(map.group(1)).getRecordComponents())
                .map(component -> {
                    String name = DataObjectPropertyName.toDashedForm(component.getName());
                    boolean nested = component.getType().isRecord();
                    return "| `%s.<name>.%s` | %s | – | %s | `%s_<NAME>_%s%s` |\n"
                            .formatted(
                                    name(key).substring(room.length() + 1),
                                    name,
                                    type(component.getGenericType().getTypeName()),
                                    meaning(SettingsSource.of(map.group(1))
                                            .component(component.getName())
                                            .orElseGet(() -> inPlaceOf(name, ofRoom))),
                                    made(name(key)),
                                    made(name),
                                    nested ? "_…" : "");
                })
                .collect(Collectors.joining());
    }

    private static String inPlaceOf(String name, List<JsonNode> ofRoom) {
        return ofRoom.stream()
                .map(key -> name(key).replaceFirst("caprock\\.[^.]+\\.", ""))
                .filter(key -> key.equals(name) || key.endsWith("." + name))
                .map("in place of {@code %s}"::formatted)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("nothing says what %s means".formatted(name)));
    }

    private static Class<?> recordOf(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException absent) {
            throw new IllegalArgumentException(absent);
        }
    }

    private static String name(JsonNode key) {
        return key.path("name").asString();
    }

    private static String standard(JsonNode value) {
        String text = value.isArray()
                ? value.valueStream().map(JsonNode::asString).collect(Collectors.joining(","))
                : value.asString("");
        return text.isEmpty() ? "–" : "`%s`".formatted(text);
    }

    private static String meaning(String description) {
        return CODE.matcher(description)
                .replaceAll("`$1`")
                .replaceAll("\\s+", " ")
                .replace("|", "\\|");
    }

    /** As configured, or as Spring Boot makes it of the key. */
    private static String variable(JsonNode key, Map<String, String> variables) {
        String named = variables.getOrDefault(name(key), made(name(key)));
        return key.path("type").asString().startsWith("java.util.Map") ? named + "_…" : named;
    }

    private static String made(String key) {
        return key.toUpperCase(Locale.ROOT).replace("-", "").replace('.', '_');
    }

    private static Map<String, String> variables() throws IOException {
        var variables = new TreeMap<String, String>();
        for (var source :
                new YamlPropertySourceLoader().load("application", new ClassPathResource("application.yaml"))) {
            ((MapPropertySource) source).getSource().forEach((key, value) -> {
                var placeholder = PLACEHOLDER.matcher(value.toString());
                if (placeholder.matches()) {
                    variables.put(key, placeholder.group(1));
                }
            });
        }
        return variables;
    }

    private static String type(String name) {
        if (name.startsWith("java.util.Map")) {
            return "map";
        }
        if (name.startsWith("java.util.List") || name.startsWith("java.util.Set")) {
            return "list";
        }
        return switch (name) {
            case "java.time.Duration" -> "duration";
            case "org.springframework.util.unit.DataSize" -> "size";
            case "java.lang.Boolean" -> "`true` or `false`";
            case "java.lang.Integer", "java.lang.Long" -> "number";
            case "dev.caprock.remote.RemoteSettings$Breaker" -> "as `breaker.*`";
            case "java.nio.file.Path" -> "file";
            case "java.net.URI" -> "address";
            case "java.lang.String" -> "text";
            default -> constants(name);
        };
    }

    private static String constants(String name) {
        try {
            return Arrays.stream(Class.forName(name).getEnumConstants())
                    .map(constant -> "`%s`".formatted(constant.toString().toLowerCase(Locale.ROOT)))
                    .collect(Collectors.joining(", "));
        } catch (ClassNotFoundException unknown) {
            throw new IllegalArgumentException("say in words what a %s is".formatted(name), unknown);
        }
    }
}
