package dev.caprock.remote;

import java.util.regex.Pattern;

/** Takes out of a remote's words what looks like a credential: a remote may echo what it was sent. */
final class Redaction {

    private static final String MASK = "***";
    private static final Pattern SECRET = Pattern.compile(
            "(?i)\\bbearer\\s+\\S+" // an authorization header
                    + "|\\beyJ[\\w-]{4,}(?:\\.[\\w-]*){1,4}" // a JSON Web Token, whole or cut short
                    + "|\\b(?:mesa|mk|e2b|e2b_sk|sk|vcp|vca|vci|vck|cap)[_-][\\w-]{6,}"); // keys that name their issuer

    private Redaction() {}

    static String of(String words) {
        return SECRET.matcher(words).replaceAll(MASK);
    }
}
