package dev.caprock.packaging;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** The chart, in the hands of Helm itself. */
final class Chart {

    static final Path FOLDER = Path.of("helm/caprock");

    private Chart() {}

    /** Value sets that come with the chart, by their names. */
    static List<String> valueSets() {
        try (Stream<Path> files = Files.list(FOLDER.resolve("ci"))) {
            return files.map(file -> file.getFileName().toString().replace("-values.yaml", ""))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Path valuesOf(String set) {
        return FOLDER.resolve("ci").resolve(set + "-values.yaml");
    }

    static Manifests render(String set) {
        return Manifests.parse(template(valuesOf(set), ""));
    }

    /** With further values on top of a set. */
    static Manifests render(String set, String values) {
        return Manifests.parse(template(valuesOf(set), values));
    }

    static String template(Path values, String more) {
        Path further = temporary("values.yaml", more);
        return new Helm(withoutHooks())
                .template()
                .withName("caprock")
                .withNamespace("agents")
                .withKubeVersion("1.34.0")
                .withValuesFile(values)
                .withValuesFile(further)
                .call();
    }

    /** Lint takes no values: it reads a copy of the chart in which they are the defaults. */
    static LintResult lint(String set) throws IOException {
        Path copy = copy();
        Path defaults = copy.resolve("values.yaml");
        Files.writeString(defaults, new Yaml().dump(merged(load(defaults), load(valuesOf(set)))));
        return new Helm(copy).lint().strict().call();
    }

    /** helm-java 0.0.21 leaves hooks out of what it renders; the test pod is one. */
    private static Path withoutHooks() {
        try {
            Path copy = copy();
            Path pod = copy.resolve("templates/tests/ready.yaml");
            Files.writeString(pod, Files.readString(pod).replace("helm.sh/hook", "caprock.dev/hook"));
            return copy;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path copy() throws IOException {
        Path copy = Files.createTempDirectory("chart").resolve("caprock");
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(FOLDER.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return copy;
    }

    private static Map<String, Object> merged(Map<String, Object> below, Map<String, Object> above) {
        var all = new LinkedHashMap<>(below);
        above.forEach((name, value) -> all.merge(name, value, Chart::merged));
        return all;
    }

    @SuppressWarnings("unchecked")
    private static Object merged(Object below, Object above) {
        return below instanceof Map<?, ?> old && above instanceof Map<?, ?> next
                ? merged((Map<String, Object>) old, (Map<String, Object>) next)
                : above;
    }

    private static Map<String, Object> load(Path file) throws IOException {
        return new Yaml().load(Files.readString(file));
    }

    private static Path temporary(String name, String content) {
        try {
            return Files.writeString(Files.createTempDirectory("chart").resolve(name), content);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
