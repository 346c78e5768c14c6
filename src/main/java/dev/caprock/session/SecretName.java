package dev.caprock.session;

import java.util.UUID;

/** What a session keeps in the vault, under its own id. */
public final class SecretName {

    /** The agent's secret environment variables, as a JSON object. */
    public static final String AGENT_SECRETS = "agent-secrets";

    /** The headers that are added to the sandbox's requests, as a JSON list of {@link Network.Injection}. */
    public static final String INJECTED = "injected-headers";

    private SecretName() {}

    public static String prompt(UUID run) {
        return "prompt/" + run;
    }

    /** The secret of a minted credential. */
    public static String credential(UUID resource) {
        return "credential/" + resource;
    }

    /** What opens a sandbox. */
    public static String sandbox(UUID resource) {
        return "sandbox/" + resource;
    }
}
