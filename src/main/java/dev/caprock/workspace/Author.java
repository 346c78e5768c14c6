package dev.caprock.workspace;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * Who is named as the author of a change.
 *
 * @param email null when there is none
 */
@JsonPropertyOrder({"name", "email"})
record Author(String name, @Nullable String email) {

    Author {
        name = name.strip();
        email = email == null || email.isBlank() ? null : email.strip();
        if (name.isEmpty() || isUnfit(name) || email != null && isUnfit(email)) {
            throw new IllegalArgumentException("an author has a name, and no <, >, line break or key in it");
        }
    }

    private static boolean isUnfit(String text) {
        return text.matches("(?s).*[<>\\r\\n].*") || PrivateKey.isIn(text);
    }
}
