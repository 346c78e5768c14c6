package dev.caprock.sandbox;

import java.util.function.Consumer;

/** What a command prints, on its way to its {@link CommandResult}. */
public final class Transcript implements OutputSink {

    private final Tail output = new Tail();
    private final Tail errors = new Tail();
    private final Lines lines;

    /** @param lines receives each line of standard output as it is printed, without its line feed */
    public Transcript(Consumer<String> lines) {
        this.lines = new Lines(lines);
    }

    @Override
    public void accept(OutputStreamName stream, byte[] bytes) {
        switch (stream) {
            case STDOUT -> {
                output.add(bytes);
                lines.add(bytes);
            }
            case STDERR -> errors.add(bytes);
        }
    }

    /** Delivers a last line that no line feed ended, and sums up. To be called once, at the command's end. */
    public CommandResult result(int exitCode) {
        lines.end();
        return new CommandResult(exitCode, output.text(), errors.text());
    }
}
