package dev.caprock.simulator.vercel;

import java.security.SecureRandom;
import java.util.List;

/** Makes identifiers in the forms that the service uses. */
final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final List<String> WORDS =
            List.of("amber", "brisk", "calm", "dawn", "ember", "fern", "grove", "hazel");

    private Ids() {}

    static String session() {
        return "sbx_" + text(28, BASE62);
    }

    static String snapshot() {
        return "snap_" + text(28, BASE62);
    }

    static String command() {
        return "cmd_" + hex(28);
    }

    static String hex(int length) {
        return text(length, "0123456789abcdef");
    }

    static String subdomain() {
        return "sb-" + text(12, "0123456789abcdefghijklmnopqrstuvwxyz");
    }

    /** For a sandbox that nobody named. */
    static String name() {
        return "%s-%s-%s-%s".formatted(word(), word(), word(), hex(6));
    }

    private static String word() {
        return WORDS.get(RANDOM.nextInt(WORDS.size()));
    }

    private static String text(int length, String alphabet) {
        var text = new StringBuilder(length);
        RANDOM.ints(length, 0, alphabet.length()).forEach(index -> text.append(alphabet.charAt(index)));
        return text.toString();
    }
}
