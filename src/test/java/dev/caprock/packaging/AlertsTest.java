package dev.caprock.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** Whoever is woken by an alert finds what it means and what to do. */
class AlertsTest {

    private static final Path FILE = Chart.FOLDER.resolve("alerts/caprock.yaml");
    private static final Path GUIDE = Path.of("src/docs/operate.md");
    private static final Pattern SECTION = Pattern.compile("(?m)^### (Caprock\\w+)\n((?:(?!^#).*\n)*)");

    record Alert(String name, Map<?, ?> rule) {

        @Override
        public String toString() {
            return name;
        }

        String annotation(String key) {
            return String.valueOf(((Map<?, ?>) rule.get("annotations")).get(key));
        }
    }

    static List<Alert> alerts() throws IOException {
        Map<String, List<Map<String, List<Map<?, ?>>>>> file = new Yaml().load(Files.readString(FILE));
        return file.getOrDefault("groups", List.of()).stream()
                .flatMap(group -> group.getOrDefault("rules", List.of()).stream())
                .map(rule -> new Alert(String.valueOf(rule.get("alert")), rule))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void itSaysWhatHappensAndWhereToRead(Alert alert) {
        assertThat(alert.name()).startsWith("Caprock");
        assertThat(alert.annotation("summary")).matches("[A-Z].{10,70}[^.]");
        assertThat(alert.annotation("description")).matches("(?s).{30,}\\.");
        assertThat(alert.rule().get("for")).asString().matches("\\d+[mhd]");
        assertThat(((Map<?, ?>) alert.rule().get("labels")).get("severity")).isIn("critical", "warning");
        assertThat(alert.annotation("runbook_url"))
                .isEqualTo(GUIDE + "#" + alert.name().toLowerCase(Locale.ROOT));
    }

    /** GitHub makes the anchor of such a heading by writing it small. */
    @Test
    void eachHasItsSectionAndNoSectionIsOfAnAlertThatIsGone() throws IOException {
        assertThat(SECTION.matcher(Files.readString(GUIDE)).results().map(section -> section.group(1)))
                .containsExactlyElementsOf(alerts().stream().map(Alert::name).toList());
    }

    @Test
    void eachSectionSaysWhatItMeansAndWhatToDo() throws IOException {
        assertThat(SECTION.matcher(Files.readString(GUIDE)).results().toList())
                .allSatisfy(section -> assertThat(section.group(2))
                        .as(section.group(1))
                        .contains("**Do**")
                        .hasSizeGreaterThan(200));
    }
}
