package dev.caprock.simulator.machine;

import java.util.Set;

/**
 * What a machine has when it starts.
 *
 * @param name as a caller asks for it
 * @param packageManager {@code apt-get}, {@code dnf} or {@code apk}
 * @param installed stand-ins taken from {@code available/}, such as {@code mesa}
 * @param allowOther whether {@code etc/fuse.conf} already says {@code user_allow_other} and {@code /dev/fuse} is open
 * @param user who there is besides root
 */
public record Template(
        String name, String packageManager, Set<String> installed, boolean allowOther, MachineUser user) {

    public Template {
        if (!Set.of("apt-get", "dnf", "apk").contains(packageManager)) {
            throw new IllegalArgumentException("packageManager must be apt-get, dnf or apk but is " + packageManager);
        }
        installed = Set.copyOf(installed);
    }

    public Template(String name, String packageManager, Set<String> installed, boolean allowOther) {
        this(name, packageManager, installed, allowOther, MachineUser.STANDARD);
    }

    /** Nothing but a shell and the usual tools. */
    public static Template base() {
        return new Template("base", "apt-get", Set.of(), false);
    }

    /** All that a session needs is there. */
    public static Template withMesa() {
        return new Template("my-mesa-template", "apt-get", Set.of("mesa", "fusermount3", "claude", "codex"), true);
    }

    public Template named(String other) {
        return new Template(other, packageManager, installed, allowOther, user);
    }

    public Template withPackageManager(String other) {
        return new Template(name, other, installed, allowOther, user);
    }

    public Template withUser(MachineUser other) {
        return new Template(name, packageManager, installed, allowOther, other);
    }

    String osRelease() {
        return switch (packageManager) {
            case "dnf" -> "ID=amzn\nID_LIKE=fedora\nVERSION_ID=2023\n";
            case "apk" -> "ID=alpine\nVERSION_ID=3.22\n";
            default -> "ID=debian\nVERSION_ID=12\n";
        };
    }
}
