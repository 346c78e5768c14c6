package dev.caprock.sandbox;

import java.util.Optional;
import java.util.regex.Pattern;

/** How a request names hosts: one by its name, or with {@code *.} in front all that are below it, but not itself. */
public final class HostPattern {

    private static final Pattern ALLOWED = Pattern.compile(
            "(?=.{1,253}$)(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");
    private static final Pattern WHOLE_DOMAIN = Pattern.compile("\\*\\.[^.]+");

    private HostPattern() {}

    /** Why this names no hosts, as a sentence for the person who wrote it; empty when it does. In lower case. */
    public static Optional<String> problem(String pattern) {
        return ALLOWED.matcher(pattern).matches()
                ? Optional.empty()
                : Optional.of("Must be a host name such as api.example.com, or *.example.com for all below it.");
    }

    /** Whether a pattern names a host, or all hosts that another pattern names. */
    public static boolean covers(String pattern, String host) {
        return pattern.equals(host) || (isWildcard(pattern) && host.endsWith(pattern.substring(1)));
    }

    public static boolean isWildcard(String pattern) {
        return pattern.startsWith("*.");
    }

    /** Whether it is an IP address rather than a name. */
    public static boolean isAddress(String pattern) {
        return ADDRESS.matcher(pattern).matches();
    }

    /** Whether it names all hosts of a top-level domain. */
    public static boolean isWholeDomain(String pattern) {
        return WHOLE_DOMAIN.matcher(pattern).matches();
    }
}
