package dev.caprock.sandbox.e2b;

import java.util.regex.Pattern;

/** What may stand in an HTTP header. The JDK's client refuses the rest with a message that quotes the value. */
final class Header {

    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");

    private Header() {}

    static boolean canCarry(String secret) {
        return VISIBLE.matcher(secret).matches();
    }
}
