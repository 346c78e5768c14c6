package dev.caprock.simulator.machine;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/** Lays out the folder of a new machine from the resources beside this class. */
final class Furniture {

    private static final List<String> FOLDERS =
            List.of("bin", "home/root", "tmp", "run/.launcher/signals", "etc", "dev", "opt", "usr/local/bin");

    private static final List<String> REROOTED = List.of(
            "tee", "chmod", "chown", "grep", "cat", "ls", "sed", "mkdir", "touch", "rm", "cp", "mv", "stat", "head",
            "tail");

    /** A login shell's system profile sets PATH anew; this puts the machine's back. */
    private static final String PROFILE = """
            PATH="$HOME/.local/bin:$CAPROCK_MACHINE/bin:$CAPROCK_MACHINE/usr/local/bin:$CAPROCK_MACHINE/tools"
            export PATH
            """;

    private final Path machine;

    Furniture(Path machine) {
        this.machine = machine;
    }

    void arrange(Template template) throws IOException {
        for (String folder : FOLDERS) {
            Files.createDirectories(machine.resolve(folder));
        }
        Files.createSymbolicLink(machine.resolve("tools"), HostTools.folder());
        Files.createSymbolicLink(machine.resolve("root"), Path.of("home/root"));
        arrangeHome(template.user());
        copyAll("bin");
        copyAll("available");
        copy(resource("launch.pl"), machine.resolve("run/.launcher/.caprock-launch.pl"));
        copy(resource("group.pl"), machine.resolve("run/.launcher/.caprock-group.pl"));
        Path reroot = machine.resolve("available/reroot");
        copy(resource("reroot"), reroot);
        for (String tool : REROOTED) {
            Files.createSymbolicLink(machine.resolve("bin").resolve(tool), reroot);
        }
        furnish(template);
    }

    /** Wherever a home is, it can be found below {@code home} too: there {@code sudo -u} looks for it. */
    private void arrangeHome(MachineUser user) throws IOException {
        Files.createDirectories(machine.resolve(user.homeInside()));
        Path homes = machine.resolve("home");
        if (Files.notExists(homes.resolve(user.name()))) {
            Path link = homes.resolve(user.name());
            Files.createSymbolicLink(link, homes.relativize(machine.resolve(user.homeInside())));
        }
    }

    private void furnish(Template template) throws IOException {
        copy(resource("package-manager"), machine.resolve("bin").resolve(template.packageManager()));
        if (!HostTools.has("setsid")) {
            install("setsid");
        }
        for (String name : template.installed()) {
            install(name);
        }
        for (String home : List.of("home/root", template.user().homeInside())) {
            Files.writeString(machine.resolve(home).resolve(".profile"), PROFILE);
        }
        Files.writeString(machine.resolve("etc/os-release"), template.osRelease());
        Path device = Files.createFile(machine.resolve("dev/fuse"));
        Files.setPosixFilePermissions(
                device, PosixFilePermissions.fromString(template.allowOther() ? "rw-rw-rw-" : "rw-------"));
        if (template.allowOther()) {
            Files.writeString(machine.resolve("etc/fuse.conf"), "user_allow_other\n");
        }
    }

    private void install(String name) throws IOException {
        copy(machine.resolve("available").resolve(name), machine.resolve("bin").resolve(name));
    }

    private void copyAll(String folder) throws IOException {
        Files.createDirectories(machine.resolve(folder));
        try (var entries = Files.newDirectoryStream(resource(folder))) {
            for (Path entry : entries) {
                copy(entry, machine.resolve(folder).resolve(entry.getFileName().toString()));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(Furniture.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
