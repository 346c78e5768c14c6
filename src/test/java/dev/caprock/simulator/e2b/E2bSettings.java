package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.MachineService;
import dev.caprock.simulator.machine.Template;
import java.time.Duration;
import java.util.List;

/**
 * How a simulated E2B is set up.
 *
 * @param apiKey the first key; of an account of its own
 * @param services attached to every machine
 * @param templates what sandboxes can be made from
 * @param longestRun the plan's maximum for a sandbox without a pause
 * @param concurrency how many running sandboxes an account may have
 * @param v2Create whether {@code POST /v2/sandboxes} exists
 */
public record E2bSettings(
        String apiKey,
        List<MachineService> services,
        List<Template> templates,
        Duration longestRun,
        int concurrency,
        boolean v2Create) {

    /** A plan of 24 hours and 100 sandboxes, with the templates {@code base} and {@code my-mesa-template}. */
    public static E2bSettings of(String apiKey, MachineService... services) {
        var templates = List.of(Template.base(), Template.withMesa());
        return new E2bSettings(apiKey, List.of(services), templates, Duration.ofHours(24), 100, true);
    }

    public E2bSettings withTemplates(Template... more) {
        return new E2bSettings(apiKey, services, List.of(more), longestRun, concurrency, v2Create);
    }

    public E2bSettings withLongestRun(Duration other) {
        return new E2bSettings(apiKey, services, templates, other, concurrency, v2Create);
    }

    public E2bSettings withConcurrency(int other) {
        return new E2bSettings(apiKey, services, templates, longestRun, other, v2Create);
    }

    public E2bSettings withoutV2Create() {
        return new E2bSettings(apiKey, services, templates, longestRun, concurrency, false);
    }

    @Override
    public String toString() {
        return "E2bSettings[templates=%s]".formatted(templates);
    }
}
