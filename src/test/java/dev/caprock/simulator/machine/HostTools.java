package dev.caprock.simulator.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The host's commands that a machine may use: one folder of links per JVM. What would install, mount, fetch, become
 * another user or talk to a model is left out, so that no script under test can reach the real thing.
 */
final class HostTools {

    private static final List<String> PLACES = List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin");

    private static final Set<String> DENIED = Set.of(
            "apt",
            "apt-get",
            "aptitude",
            "dpkg",
            "dnf",
            "dnf5",
            "microdnf",
            "yum",
            "rpm",
            "zypper",
            "apk",
            "pacman",
            "brew",
            "port",
            "snap",
            "npm",
            "npx",
            "yarn",
            "pnpm",
            "pip",
            "pip3",
            "sudo",
            "su",
            "doas",
            "runuser",
            "mount",
            "umount",
            "mountpoint",
            "fusermount",
            "fusermount3",
            "curl",
            "wget",
            "systemctl",
            "service",
            "shutdown",
            "reboot",
            "halt",
            "poweroff",
            "init",
            "modprobe",
            "insmod",
            "useradd",
            "userdel",
            "passwd",
            "killall",
            "pkill",
            "killall5",
            "skill",
            "mesa",
            "claude",
            "codex",
            "gemini",
            "ssh",
            "docker");

    private static final HostTools INSTANCE = new HostTools();

    private final Path folder;

    private HostTools() {
        try {
            folder = Files.createTempDirectory("caprock-tools-").toRealPath();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> Folders.delete(folder)));
            for (String place : PLACES) {
                link(Path.of(place));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path folder() {
        return INSTANCE.folder;
    }

    static boolean has(String name) {
        return Files.exists(folder().resolve(name));
    }

    private void link(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return;
        }
        try (var entries = Files.newDirectoryStream(place)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!DENIED.contains(name)) {
                    linkFirst(name, entry);
                }
            }
        }
    }

    private void linkFirst(String name, Path target) throws IOException {
        try {
            Files.createSymbolicLink(folder.resolve(name), target);
        } catch (FileAlreadyExistsException e) {
            // a place earlier on the list has it
        }
    }
}
