package dev.caprock.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do within its tenant. */
public enum Scope {
    SESSIONS_READ,
    SESSIONS_WRITE,
    AUDIT_READ,
    WEBHOOKS_WRITE,
    /** Everything. */
    ADMIN;

    /** As callers write it: {@code sessions:read}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ':');
    }

    static Optional<Scope> of(String text) {
        return Arrays.stream(values())
                .filter(scope -> scope.text().equals(text))
                .findFirst();
    }
}
