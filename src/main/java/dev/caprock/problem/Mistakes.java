package dev.caprock.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Gathers all that is wrong with a request body, so that its author can correct it at once. */
public final class Mistakes {

    private final List<Problem.Mistake> found = new ArrayList<>();

    /** The pointer to a field of what another pointer points to (RFC 6901). */
    public static String child(String pointer, String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    public void add(String pointer, String message) {
        found.add(new Problem.Mistake(pointer, message));
    }

    public void check(boolean holds, String pointer, String otherwise) {
        if (!holds) {
            add(pointer, otherwise);
        }
    }

    /** Throws if anything was found. */
    public void end() {
        if (!found.isEmpty()) {
            throw Problem.invalid(found);
        }
    }

    /** The constant that a text names in lower case; the default when the field is missing. */
    public <E extends Enum<E>> E oneOf(@Nullable String text, E missing, String pointer) {
        E[] all = missing.getDeclaringClass().getEnumConstants();
        for (E each : all) {
            if (text == null || each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return text == null ? missing : each;
            }
        }
        List<String> words = List.of(all).stream()
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        add(pointer, "Must be one of %s.".formatted(words));
        return missing;
    }

    /** The list without its nulls, each of which is a mistake. */
    public <T> List<T> list(@Nullable List<@Nullable T> values, int limit, String pointer) {
        if (values == null) {
            return List.of();
        }
        check(values.size() <= limit, pointer, "Has more than %d entries.".formatted(limit));
        IntStream.range(0, values.size())
                .filter(i -> values.get(i) == null)
                .forEach(i -> add(pointer + "/" + i, "Must not be null."));
        return values.stream()
                .<T>mapMulti((value, out) -> {
                    if (value != null) {
                        out.accept(value);
                    }
                })
                .limit(limit)
                .toList();
    }

    /** The map without its nulls, each of which is a mistake. */
    public Map<String, String> map(@Nullable Map<String, @Nullable String> values, int limit, String pointer) {
        if (values == null) {
            return Map.of();
        }
        check(values.size() <= limit, pointer, "Has more than %d entries.".formatted(limit));
        var present = new java.util.HashMap<String, String>();
        values.forEach((name, value) -> {
            if (value == null) {
                add(child(pointer, name), "Must not be null.");
            } else {
                present.put(name, value);
            }
        });
        return present;
    }

    /** A value that must be there; the stand-in is never used, since {@link #end} throws first. */
    public <T> T required(@Nullable T value, Supplier<T> standIn, String pointer) {
        if (value == null) {
            add(pointer, "This field is required.");
        }
        return Objects.requireNonNullElseGet(value, standIn);
    }
}
