package dev.caprock.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shell scripts that run inside a sandbox, read from the class path beside their package. */
public final class Scripts {

    /** A script is one argument and finds no file beside it, so what it sources is put in its place. */
    private static final Pattern SOURCED = Pattern.compile("(?m)^\\. \\./([a-z]+\\.sh)$");

    private Scripts() {}

    /**
     * Reads a script, with the scripts that it sources in place.
     *
     * @param room a class of the package that the script lies in
     * @param name for example {@code reader.sh}
     */
    public static String read(Class<?> room, String name) {
        return SOURCED.matcher(text(room, name))
                .replaceAll(sourced ->
                        Matcher.quoteReplacement(sourced(room, sourced.group(1)).strip()));
    }

    /** One of the room's own, or one that all rooms share. */
    private static String sourced(Class<?> room, String name) {
        return text(room.getResource(name) == null ? Scripts.class : room, name);
    }

    private static String text(Class<?> room, String name) {
        try (InputStream script = room.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException("no script %s beside %s".formatted(name, room.getName()));
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
