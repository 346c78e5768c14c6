package dev.caprock.simulator.machine;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the absolute paths in a command's text into those of the machine's folder. Stand-ins for tools do so for system
 * files, but a shell's own redirections, {@code .} and {@code cd} pass none of them. Paths that a program makes up while it runs,
 * and those in scripts that are files, are not seen.
 */
record SystemPaths(Path machine) {

    /** Not what follows a word, a variable or a closed quote: that is the rest of a longer path. */
    private static final Pattern OWN =
            Pattern.compile("(?<![\\w./$}~)]|[\\w}][\"'])/(?:tmp|home/user|root)(?=[/\\s\"'`;:,)&|]|$)");

    private static final Pattern REDIRECTED =
            Pattern.compile("([<>]\\s*[\"']?|(?<![\\w/.])\\.\\s+)((?:/etc|/opt|/usr/local)/|/dev/fuse\\b)");
    private static final Pattern SHELL_OF_ROOT = Pattern.compile("\\bsudo\\b[^\\n;&|]*sh -c");

    String within(String text, String user) {
        boolean root = user.equals(Machine.ROOT) || SHELL_OF_ROOT.matcher(text).find();
        String own = OWN.matcher(text)
                .replaceAll(path -> Matcher.quoteReplacement(
                        text.startsWith(machine.toString(), path.start()) ? path.group() : machine + path.group()));
        return REDIRECTED.matcher(own).replaceAll(path -> {
            // nobody but root may write there; this folder does not exist
            boolean denied = path.group(1).startsWith(">") && !root;
            String place = denied ? machine + "/run/.denied" : machine.toString();
            return Matcher.quoteReplacement(path.group(1) + place + path.group(2));
        });
    }
}
