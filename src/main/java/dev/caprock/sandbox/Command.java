package dev.caprock.sandbox;

import java.time.Duration;
import java.util.List;

/**
 * A command to run in a sandbox, in the home folder of the user that runs it.
 *
 * @param arguments the program and its arguments; never a secret, never text that a caller wrote into a script
 * @param root whether to run it as root rather than as the sandbox's default user
 * @param timeout after this the command is given up on, and killed where the provider can
 */
public record Command(List<String> arguments, boolean root, Duration timeout) {

    public Command {
        arguments = List.copyOf(arguments);
    }

    /** A shell script of ours with its positional parameters. */
    public static Command script(String text, Duration timeout, String... parameters) {
        var arguments = new java.util.ArrayList<>(List.of("/bin/sh", "-c", text, "caprock"));
        arguments.addAll(List.of(parameters));
        return new Command(arguments, false, timeout);
    }

    public Command asRoot() {
        return new Command(arguments, true, timeout);
    }
}
