package dev.caprock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the source says of settings beyond the configuration metadata, which leaves out what belongs to no key. */
final class SettingsSource {

    private final String text;

    private SettingsSource(String text) {
        this.text = text;
    }

    /** Of a class, nested or not. */
    static SettingsSource of(String type) {
        var file = Path.of("src/main/java", type.replaceFirst("\\$.*", "").replace('.', '/') + ".java");
        try {
            return new SettingsSource(Files.readString(file));
        } catch (IOException absent) {
            throw new UncheckedIOException(absent);
        }
    }

    /** What all of its keys are for. */
    String purpose() {
        String before = text.substring(0, text.indexOf("@ConfigurationProperties(\""));
        String comment = before.substring(before.lastIndexOf("/**") + 3);
        return plain(comment.replaceFirst("(?s)\\* @param.*", "").replace("*/", ""));
    }

    /** Of a component of its records. */
    Optional<String> component(String name) {
        return Pattern.compile("(?s)\\* @param %s (.*?)(?:\\* @param|\\*/)".formatted(name))
                .matcher(text)
                .results()
                .map((MatchResult found) -> plain(found.group(1)))
                .findFirst();
    }

    private static String plain(String comment) {
        return comment.replaceAll("\\n\\s*\\*", " ").replaceAll("\\s+", " ").strip();
    }
}
