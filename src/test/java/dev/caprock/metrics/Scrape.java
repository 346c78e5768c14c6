package dev.caprock.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.scenario.Scenario;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/** What a service serves to Prometheus at one time. */
record Scrape(List<Sample> samples) {

    private static final Pattern SAMPLE =
            Pattern.compile("(?<series>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(?<labels>.*)})? (?<value>\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    record Sample(String series, Map<String, String> labels, double value) {}

    static Scrape of(Scenario scenario) {
        return new Scrape(scenario.http()
                .as(Scenario.SCRAPE_TOKEN)
                .get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(Scrape::sample)
                .toList());
    }

    private static Sample sample(String line) {
        var sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        var labels = new HashMap<String, String>();
        String said = sample.group("labels");
        if (said != null) {
            LABEL.matcher(said).results().forEach(label -> labels.put(label.group(1), label.group(2)));
        }
        double value = Double.parseDouble(sample.group("value").replace("+Inf", "Infinity"));
        return new Sample(sample.group("series"), labels, value);
    }

    /** The labels of each series. */
    Map<String, Set<String>> series() {
        var series = new HashMap<String, Set<String>>();
        samples.forEach(sample -> series.computeIfAbsent(sample.series(), first -> new HashSet<>())
                .addAll(sample.labels().keySet()));
        return series;
    }

    /** Of the samples of a series with these labels, given as name, value, name, value. */
    double sum(String series, String... labels) {
        return values(series, labels).sum();
    }

    /** The same for the largest; there must be one. */
    double value(String series, String... labels) {
        return values(series, labels).max().orElseThrow();
    }

    private DoubleStream values(String series, String... labels) {
        var wanted = new HashMap<String, String>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        return samples.stream()
                .filter(sample -> sample.series().equals(series)
                        && sample.labels().entrySet().containsAll(wanted.entrySet()))
                .mapToDouble(Sample::value);
    }
}
