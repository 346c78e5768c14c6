package dev.caprock.simulator.machine;

/**
 * Who runs a machine's commands unless another is asked for.
 *
 * @param home absolute, as the machine names it
 */
public record MachineUser(String name, String home) {

    static final MachineUser STANDARD = new MachineUser(Machine.USER, "/home/" + Machine.USER);

    public MachineUser {
        if (!home.startsWith("/")) {
            throw new IllegalArgumentException("home must be absolute but is " + home);
        }
    }

    /** Seen from the machine's folder. */
    String homeInside() {
        return home.substring(1);
    }
}
