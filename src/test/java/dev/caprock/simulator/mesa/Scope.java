package dev.caprock.simulator.mesa;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a credential may do; each scope includes those before it. */
enum Scope {
    READ,
    WRITE,
    ADMIN;

    boolean covers(Scope needed) {
        return compareTo(needed) >= 0;
    }

    /** The scope and all that it includes, as the wire names them. */
    List<String> names() {
        return Arrays.stream(values()).filter(this::covers).map(Scope::wire).toList();
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The strongest of the named scopes, or null if there is none; an unknown name is a bad request. */
    static @Nullable Scope strongest(Collection<String> names) {
        Scope strongest = null;
        for (String name : names) {
            Scope scope = named(name);
            strongest = strongest == null || scope.covers(strongest) ? scope : strongest;
        }
        return strongest;
    }

    static @Nullable Scope weaker(@Nullable Scope one, @Nullable Scope other) {
        if (one == null || other == null) {
            return null;
        }
        return one.covers(other) ? other : one;
    }

    private static Scope named(String name) {
        return Arrays.stream(values())
                .filter(scope -> scope.wire().equals(name))
                .findFirst()
                .orElseThrow(() -> Body.bad("unknown scope " + name));
    }
}
