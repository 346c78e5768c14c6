package dev.caprock.simulator.vercel;

import dev.caprock.simulator.machine.MachineUser;
import dev.caprock.simulator.machine.Template;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operating system of a sandbox.
 *
 * @param runtime as answers tell it; says nothing about the system
 * @param image null on Amazon Linux
 * @param directory where commands run unless told otherwise
 * @param release the content of {@code /etc/os-release}, or null for the template's
 */
record Profile(
        Template template,
        String runtime,
        @Nullable String image,
        String directory,
        @Nullable String release) {

    private static final Set<String> RUNTIMES = Set.of("node22", "node24", "node26", "python3.13");
    private static final String MANAGED = "vercel/sandbox/";
    private static final String UNIVERSAL = MANAGED + "universal";

    static Profile runtime(String name) {
        if (!RUNTIMES.contains(name)) {
            throw Refused.invalid("`runtime` should be equal to one of the allowed values.");
        }
        var user = new MachineUser("vercel-sandbox", "/home/vercel-sandbox");
        var template = new Template("amazon-linux", "dnf", Set.of(), false, user);
        return new Profile(template, name, null, "/vercel/sandbox", null);
    }

    static Profile image(@Nullable String name, List<Template> own) {
        String asked = name == null ? UNIVERSAL : name;
        if (asked.startsWith(MANAGED)) {
            return managed(asked);
        }
        String plain = asked.split("[:@]", 2)[0];
        return own.stream()
                .filter(template -> template.name().equals(plain))
                .findFirst()
                .map(template ->
                        new Profile(template, "node22", asked, template.user().home(), null))
                .orElseThrow(() -> Refused.badRequest("Image '%s' not found.".formatted(asked)));
    }

    private static Profile managed(String name) {
        var template = new Template("ubuntu", "apt-get", Set.of("claude"), false, new MachineUser("ubuntu", "/vercel"));
        String image = name + "@sha256:" + "0123456789abcdef".repeat(4);
        return new Profile(template, "node22", image, "/vercel", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=26.04\n");
    }

    String user() {
        return template.user().name();
    }
}
