package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds out which files a folder holds now. Symbolic links are left out: the protocol's writes do not know them. */
final class FolderScan {
    /** A file younger than this is read again, since its time stamp may not show a further write. */
    private static final Duration RACY = Duration.ofSeconds(1);

    private final Path root;
    private final Set<Path> leftOut = new HashSet<>();
    private Map<String, Seen> seen = new HashMap<>();

    FolderScan(Path root) {
        this.root = root;
    }

    private record Seen(long size, Instant modified, boolean executable, String state) {}

    /** Does not look into a folder. */
    void leaveOut(Path folder) {
        leftOut.add(folder);
    }

    /** The state of each file by path; thorough means that every file is read, whatever its time stamp says. */
    Map<String, String> scan(boolean thorough) {
        Map<String, Seen> found = new HashMap<>();
        try {
            walk(root, IgnoreRules.builtIn(), thorough, found);
        } catch (IOException e) {
            throw MountFailure.passing("cannot read " + root + ": " + e);
        }
        seen = found;
        Map<String, String> states = new TreeMap<>();
        found.forEach((path, file) -> states.put(path, file.state()));
        return states;
    }

    /** What tells two versions of a file apart. */
    static String state(String mode, String sha) {
        return mode + " " + sha;
    }

    static Blob read(Path file) throws IOException {
        return new Blob(Files.readAllBytes(file), executable(attributes(file)));
    }

    private void walk(Path folder, IgnoreRules outer, boolean thorough, Map<String, Seen> found) throws IOException {
        IgnoreRules rules = outer.within(folder);
        for (Path child : Folders.children(folder)) {
            try {
                PosixFileAttributes attributes = attributes(child);
                if (leftOut.contains(child) || rules.ignore(child, attributes.isDirectory())) {
                    continue;
                }
                if (attributes.isDirectory()) {
                    walk(child, rules, thorough, found);
                } else if (attributes.isRegularFile()) {
                    String path = root.relativize(child).toString();
                    found.put(path, look(path, child, attributes, thorough));
                }
            } catch (NoSuchFileException e) {
                // Deleted while we looked: the next scan sees it as gone, and so does this one.
            }
        }
    }

    private Seen look(String path, Path file, PosixFileAttributes attributes, boolean thorough) throws IOException {
        Instant modified = attributes.lastModifiedTime().toInstant();
        boolean executable = executable(attributes);
        Seen before = seen.get(path);
        boolean racy = modified.isAfter(Instant.now().minus(RACY));
        if (before != null
                && !thorough
                && !racy
                && before.size() == attributes.size()
                && before.modified().equals(modified)
                && before.executable() == executable) {
            return before;
        }
        Blob blob = new Blob(Files.readAllBytes(file), executable);
        return new Seen(attributes.size(), modified, executable, state(blob.mode(), blob.sha()));
    }

    private static PosixFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean executable(PosixFileAttributes attributes) {
        return attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
    }
}
