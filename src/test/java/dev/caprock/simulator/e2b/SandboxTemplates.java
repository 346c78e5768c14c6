package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Template;
import java.util.List;
import java.util.Locale;

/** The templates of an account, by all the names that a create may use. */
record SandboxTemplates(List<Template> templates) {

    /** @param asked alias, id, {@code team/alias} or {@code alias:tag}; the only tag is {@code default} */
    Template find(String asked) {
        int colon = asked.indexOf(':');
        if (colon >= 0 && !asked.substring(colon + 1).equals("default")) {
            throw Refused.api(
                    404, "template '%s' with tag '%s' not found".formatted(name(asked), asked.substring(colon + 1)));
        }
        return templates.stream()
                .filter(template -> template.name().equals(name(asked))
                        || id(template.name()).equals(name(asked)))
                .findFirst()
                .orElseThrow(() -> Refused.api(404, "template '%s' not found".formatted(asked)));
    }

    /** The alias without team and tag. */
    static String name(String asked) {
        String untagged = asked.contains(":") ? asked.substring(0, asked.indexOf(':')) : asked;
        return untagged.substring(untagged.indexOf('/') + 1);
    }

    static String id(String asked) {
        return "tpl" + String.format(Locale.ROOT, "%08x", name(asked).hashCode());
    }
}
