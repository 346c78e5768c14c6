package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Removing folders in which others may still be writing. */
final class Folders {
    private static final int TRIES = 10;

    private Folders() {}

    /** Deletes a file or a folder with all in it; what is gone already is no failure. */
    static void delete(Path path) throws IOException {
        empty(path);
        Files.deleteIfExists(path);
    }

    /** Deletes all in a folder. */
    static void empty(Path folder) throws IOException {
        for (int i = 0; Files.isDirectory(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS); i++) {
            try {
                for (Path child : children(folder)) {
                    delete(child);
                }
                return;
            } catch (IOException e) {
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
