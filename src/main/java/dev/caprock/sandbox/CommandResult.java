package dev.caprock.sandbox;

/**
 * How a command ended.
 *
 * @param exitCode as the shell counts it: 128 + n when killed by signal n, or 137 where the provider does not say which
 * @param output the last 64 KiB of standard output, as text
 * @param errors the last 64 KiB of standard error, as text
 */
public record CommandResult(int exitCode, String output, String errors) {

    public boolean succeeded() {
        return exitCode == 0;
    }
}
