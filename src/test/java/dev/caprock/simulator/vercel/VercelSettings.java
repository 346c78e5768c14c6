package dev.caprock.simulator.vercel;

import dev.caprock.simulator.machine.MachineService;
import dev.caprock.simulator.machine.Template;
import java.util.ArrayList;
import java.util.List;

/**
 * How a simulated Vercel is set up.
 *
 * @param token the one that is good
 * @param team its id; the only one that the token is good for
 * @param project its id; the only one of the team
 * @param services attached to every machine
 * @param images the team's own, by name; their working directory is the home
 * @param strict whether create refuses fields that it does not know
 * @param rateLimited whether the rate limits that the headers tell are enforced
 */
public record VercelSettings(
        String token,
        String team,
        String project,
        List<MachineService> services,
        List<Template> images,
        Plan plan,
        boolean strict,
        boolean rateLimited) {

    /** The plan Pro, without own images. */
    public static VercelSettings of(String token, String team, String project, MachineService... services) {
        return new VercelSettings(token, team, project, List.of(services), List.of(), Plan.PRO, true, false);
    }

    public VercelSettings withImages(Template... own) {
        return new VercelSettings(token, team, project, services, List.of(own), plan, strict, rateLimited);
    }

    public VercelSettings withPlan(Plan other) {
        return new VercelSettings(token, team, project, services, images, other, strict, rateLimited);
    }

    VercelSettings withService(MachineService more) {
        var all = new ArrayList<>(services);
        all.add(more);
        return new VercelSettings(token, team, project, List.copyOf(all), images, plan, strict, rateLimited);
    }

    public VercelSettings lenient() {
        return new VercelSettings(token, team, project, services, images, plan, false, rateLimited);
    }

    public VercelSettings withRateLimits() {
        return new VercelSettings(token, team, project, services, images, plan, strict, true);
    }

    @Override
    public String toString() {
        return "VercelSettings[team=%s, project=%s, plan=%s]".formatted(team, project, plan);
    }
}
