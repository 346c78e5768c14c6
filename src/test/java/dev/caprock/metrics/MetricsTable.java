package dev.caprock.metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The table of all meters of ours, as the document has it. */
record MetricsTable(Map<String, Row> rows) {

    private static final Path DOCUMENT = Path.of("src/docs/metrics.md");
    private static final Pattern LABEL = Pattern.compile("`([a-z_]+)`(?: \\(([^)]*)\\))?");

    /** @param labels the values that each takes; none where the row does not list them */
    record Row(String name, String type, String unit, Map<String, Set<String>> labels) {

        String described() {
            return "%s %s %s".formatted(type, unit, new TreeSet<>(labels.keySet()));
        }
    }

    static MetricsTable read() {
        try {
            return new MetricsTable(Files.readAllLines(DOCUMENT).stream()
                    .filter(line -> line.startsWith("| `caprock."))
                    .map(MetricsTable::row)
                    .collect(Collectors.toMap(Row::name, row -> row)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Row row(String line) {
        String[] cells = line.substring(2).split(" *\\| *");
        Map<String, Set<String>> labels = LABEL.matcher(cells[3])
                .results()
                .collect(Collectors.toMap(label -> label.group(1), MetricsTable::values));
        return new Row(cells[0].replace("`", ""), cells[1], cells[2], labels);
    }

    private static Set<String> values(MatchResult label) {
        return label.group(2) == null
                ? Set.of()
                : new HashSet<>(Arrays.asList(label.group(2).split(", ")));
    }

    Row of(String name) {
        return Objects.requireNonNull(rows.get(name), name + " is not in the table");
    }
}
