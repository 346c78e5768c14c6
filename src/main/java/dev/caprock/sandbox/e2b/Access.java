package dev.caprock.sandbox.e2b;

import java.lang.module.ModuleDescriptor.Version;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What we keep of a sandbox so as to speak to its envd. All of it can be read again from the control API, so anything
 * missing or unreadable is tolerated here.
 *
 * @param token opens envd; a secret
 * @param domain where the sandbox is reached; null for the configured one
 * @param envdVersion null when not known
 */
record Access(
        @Nullable String token,
        @Nullable String domain,
        @Nullable String envdVersion) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Access NONE = new Access(null, null, null);
    private static final Version FIRST_WITH_DEFAULT_USER = Version.parse("0.4.0");

    Access {
        token = token != null && Header.canCarry(token) ? token : null;
        domain = domain != null && domain.matches("[A-Za-z0-9.-]+(:\\d+)?") ? domain : null;
    }

    static Access read(String text) {
        try {
            return text.isBlank() ? NONE : JSON.readValue(text, Access.class);
        } catch (JacksonException unreadable) { // says what it read, so it goes no further
            return NONE;
        }
    }

    String write() {
        return JSON.writeValueAsString(this);
    }

    /** Envd below 0.4.0 has no default user of the template's: it must be told one. */
    boolean mustNameUser() {
        try {
            return envdVersion != null && Version.parse(envdVersion).compareTo(FIRST_WITH_DEFAULT_USER) < 0;
        } catch (IllegalArgumentException notAVersion) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "Access[token=***, domain=%s, envdVersion=%s]".formatted(domain, envdVersion);
    }
}
