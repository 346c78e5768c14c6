package dev.caprock.workspace;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a mount is started with: variables and, in one mode, a layout. They hold its credential, so they travel as a file and
 * print as {@code ***}.
 *
 * @param layout the content of the layout file; null without one
 */
public record MountEnvironment(
        Map<String, String> variables, @Nullable String layout) {

    public MountEnvironment {
        variables = Map.copyOf(variables);
        variables.keySet().forEach(name -> {
            if (!name.matches("MESA_[A-Z_]+")) {
                throw new IllegalArgumentException("variables may not set " + name);
            }
        });
        if (variables.values().stream().anyMatch(PrivateKey::isIn) || layout != null && PrivateKey.isIn(layout)) {
            throw new IllegalArgumentException("a private key may not enter a sandbox");
        }
    }

    /**
     * Everything comes from these variables; a configuration file in the sandbox is ignored.
     *
     * @param credential an API key or an access token
     * @param pins the bookmark that each repo is mounted at, by repo name; a repo without one is at its default
     * @param domain of a self-hosted Mesa; null for mesa.dev
     */
    public static MountEnvironment of(
            String organisation, String credential, Map<String, String> pins, @Nullable String domain) {
        var variables = common(domain);
        variables.put("MESA_ORG", organisation);
        variables.put("MESA_API_KEY", credential);
        variables.put("MESA_NO_CONFIG_FILE", "1");
        pin(organisation, pins, variables);
        return new MountEnvironment(variables, null);
    }

    /**
     * The same as Mesa's guide for E2B has it: the CLI then keeps the key in its own configuration, which it must be allowed to
     * read.
     */
    static MountEnvironment ofKey(
            String organisation, String apiKey, Map<String, String> pins, @Nullable String domain) {
        var variables = common(domain);
        variables.put("MESA_ORGS", organisation + ":" + apiKey);
        pin(organisation, pins, variables);
        return new MountEnvironment(variables, null);
    }

    /** With a layout, which says all but the credential; the organisation is in the token. */
    static MountEnvironment of(String token, Layout layout, @Nullable String domain) {
        var variables = common(domain);
        variables.put("MESA_ACCESS_TOKEN", token);
        variables.put("MESA_NO_CONFIG_FILE", "1");
        return new MountEnvironment(variables, layout.json());
    }

    private static Map<String, String> common(@Nullable String domain) {
        var variables = new LinkedHashMap<String, String>();
        variables.put("MESA_TELEMETRY", "false");
        if (domain != null) {
            variables.put("MESA_SERVICE_DOMAIN", domain);
        }
        return variables;
    }

    private static void pin(String organisation, Map<String, String> pins, Map<String, String> variables) {
        if (!pins.isEmpty()) {
            variables.put("MESA_REPO_REVS", revisions(organisation, pins));
        }
    }

    /** For {@link Mount#ENVIRONMENT_FILE}; removed in the sandbox once it is read. */
    public byte[] file() {
        var file = new StringBuilder();
        variables.forEach((name, value) -> file.append(line(name, value)));
        if (layout != null) {
            file.append(line("layout", layout));
        }
        return file.append("end\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String line(String name, String value) {
        return name + " " + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    private static String revisions(String organisation, Map<String, String> pins) {
        return pins.entrySet().stream()
                .map(pin -> revision(organisation, pin.getKey(), pin.getValue()))
                .collect(Collectors.joining(","));
    }

    private static String revision(String organisation, String repo, String bookmark) {
        if (bookmark.contains(",")) {
            throw new IllegalArgumentException(
                    "pins cannot name the bookmark %s: a comma divides pins".formatted(bookmark));
        }
        return "%s/%s=bookmark:%s".formatted(organisation, repo, bookmark);
    }

    @Override
    public String toString() {
        return "MountEnvironment[variables=***, layout=%s]".formatted(layout);
    }
}
