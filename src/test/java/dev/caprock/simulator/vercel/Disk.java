package dev.caprock.simulator.vercel;

import dev.caprock.simulator.machine.MachineService;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The part of a machine that outlives it: put there before the first command, kept after the last if anybody wants it.
 * What runs, what is mounted and what the kernel holds is not part of it.
 */
final class Disk implements MachineService {

    private static final List<String> PARTS = List.of("home", "vercel", "tmp", "bin", "usr", "etc", "opt");

    private final Profile profile;
    private final @Nullable Path base;
    private final AtomicReference<@Nullable Path> wanted = new AtomicReference<>();

    Disk(Profile profile, @Nullable Path base) {
        this.profile = profile;
        this.base = base;
    }

    /** Has the content kept when the machine ends; the first folder wins. */
    void keepIn(Path folder) {
        wanted.compareAndSet(null, folder);
    }

    @Override
    public AutoCloseable attach(Path machine) throws IOException {
        if (profile.release() != null) {
            Files.writeString(machine.resolve("etc/os-release"), profile.release());
        }
        Files.createDirectories(machine.resolve(profile.directory().substring(1)));
        if (base != null) {
            copy(base, machine);
        }
        return () -> {
            Path to = wanted.get();
            if (to != null) {
                copy(machine, to);
            }
        };
    }

    private static void copy(Path from, Path to) throws IOException {
        for (String part : PARTS) {
            if (Files.exists(from.resolve(part))) {
                Files.walkFileTree(from.resolve(part), new Copy(from, to));
            }
        }
    }

    private static final class Copy extends SimpleFileVisitor<Path> {

        private final Path from;
        private final Path to;

        Copy(Path from, Path to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            Path target = to.resolve(from.relativize(directory));
            Files.createDirectories(target);
            Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(directory));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            boolean furniture =
                    attributes.isSymbolicLink() && Files.readSymbolicLink(file).isAbsolute();
            if (!attributes.isOther() && !furniture) {
                Files.copy(
                        file,
                        to.resolve(from.relativize(file)),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES,
                        LinkOption.NOFOLLOW_LINKS);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    /** Deletes a folder that was kept. */
    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // nothing was kept
        }
    }

    static long size(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
