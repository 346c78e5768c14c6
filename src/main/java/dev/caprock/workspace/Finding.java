package dev.caprock.workspace;

import org.jspecify.annotations.Nullable;

/**
 * Whether a mode works here.
 *
 * @param problem a sentence for the operator: what is wrong and what to do, no secret in it; null when it works
 * @param sure false where Mesa could not be asked, so that it may work all the same
 */
public record Finding(CredentialMode mode, @Nullable String problem, boolean sure) {

    static Finding working(CredentialMode mode) {
        return new Finding(mode, null, true);
    }

    public boolean works() {
        return problem == null;
    }
}
