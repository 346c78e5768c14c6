package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * Which files of a mount never reach the server: editor droppings and the like, and what {@code .gitignore} and
 * {@code .mesaignore} name. The last rule that fits wins. A source folder named {@code core} is ignored too: so it is in
 * reality.
 */
final class IgnoreRules {
    private static final List<String> BUILT_IN = List.of(
            "*.swp",
            "*.swo",
            "*~",
            ".#*",
            "*.vsix",
            ".vscode-server/",
            ".DS_Store",
            "._*",
            "Thumbs.db",
            ".Trash-*",
            ".direnv/",
            ".hg/",
            "core",
            "core.[0-9]*");

    private final List<Rule> rules;

    private IgnoreRules(List<Rule> rules) {
        this.rules = rules;
    }

    private record Rule(Path folder, PathMatcher matcher, boolean byName, boolean folderOnly, boolean negated) {
        static Rule of(Path folder, String line) {
            boolean negated = line.startsWith("!");
            String pattern = negated ? line.substring(1) : line;
            boolean folderOnly = pattern.endsWith("/");
            pattern = pattern.replaceAll("/$", "");
            boolean byName = !pattern.contains("/");
            pattern = pattern.replaceAll("^/", "");
            return new Rule(folder, matcher(pattern), byName, folderOnly, negated);
        }

        /** A pattern that cannot be read, perhaps half written, fits nothing. */
        private static PathMatcher matcher(String pattern) {
            try {
                return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
            } catch (PatternSyntaxException e) {
                return path -> false;
            }
        }

        boolean fits(Path path, boolean isFolder) {
            if ((folderOnly && !isFolder) || !path.startsWith(folder)) {
                return false;
            }
            return matcher.matches(byName ? path.getFileName() : folder.relativize(path));
        }
    }

    static IgnoreRules builtIn() {
        return new IgnoreRules(
                BUILT_IN.stream().map(line -> Rule.of(Path.of("/"), line)).toList());
    }

    /** These rules and those that a folder's own ignore files add. */
    IgnoreRules within(Path folder) throws IOException {
        List<Rule> more = new ArrayList<>(rules);
        for (String name : List.of(".gitignore", ".mesaignore")) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .forEach(line -> more.add(Rule.of(folder, line)));
            }
        }
        return new IgnoreRules(more);
    }

    boolean ignore(Path path, boolean isFolder) {
        for (Rule rule : rules.reversed()) {
            if (rule.fits(path, isFolder)) {
                return !rule.negated();
            }
        }
        return false;
    }
}
