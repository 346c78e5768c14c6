package dev.caprock.workspace;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a repository may be called: the rule of Mesa's token signer (SDK 0.48), applied before anything is sent. */
public final class RepoName {

    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final Set<String> RESERVED = Set.of("repo", "repos", "api-key", "api-keys");

    private RepoName() {}

    /** Why this is no repository name, as a sentence for the person who wrote it; empty when it is one. */
    public static Optional<String> problem(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!ALLOWED.matcher(name).matches()) {
            return Optional.of("A repository name has 1 to 100 letters, digits, dots, hyphens or underscores,"
                    + " and no organisation before it.");
        }
        if (name.equals(".")
                || name.equals("..")
                || lower.endsWith(".git")
                || RESERVED.contains(lower)
                || PrivateKey.isIn(lower)) {
            return Optional.of(
                    "The repository name \"%s\" is reserved.".formatted(PrivateKey.isIn(lower) ? "***" : name));
        }
        return Optional.empty();
    }

    /** Returns the name, or throws {@link IllegalArgumentException}: a bad one could reach another address than meant. */
    static String checked(String name) {
        problem(name).ifPresent(sentence -> {
            throw new IllegalArgumentException(sentence);
        });
        return name;
    }
}
