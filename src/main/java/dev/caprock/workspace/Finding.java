package dev.caprock.workspace;

import org.jspecify.annotations.Nullable;

/**
 * Whether a mode works here.
 *
 * @param problem a sentence for the operator: what is wrong and what to do, no secret in it; null when it works
 */
public record Finding(CredentialMode mode, @Nullable String problem) {

    public boolean works() {
        return problem == null;
    }
}
