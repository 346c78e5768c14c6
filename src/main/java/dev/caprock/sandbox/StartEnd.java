package dev.caprock.sandbox;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Pattern;

/** What the start of a run came to. */
public sealed interface StartEnd {

    /** The agent was started, now or by an earlier start; it may have ended since. */
    record Started(long pid, Instant at) implements StartEnd {}

    /** The run never started and never will; a further attempt needs a new run. */
    record NotStarted(Cause cause, String reason) implements StartEnd {}

    /** The script did not say. The run may be on its way: start it again, which does nothing but report. */
    record Unclear(String reason) implements StartEnd {}

    /** What stood in the way. */
    enum Cause {
        /** The mount or a path in it did not appear in time. */
        MOUNT,
        /** The agent could not be launched, or the run was stopped before. */
        LAUNCH
    }

    /** Reads the answer of {@link Runner#start}. */
    static StartEnd of(CommandResult result) {
        return switch (result.exitCode()) {
            case 0 -> started(result);
            case 23 -> new NotStarted(Cause.MOUNT, reason(result, "mount"));
            case 24 -> new NotStarted(Cause.LAUNCH, reason(result, "launch"));
            default -> unclear(result);
        };
    }

    private static StartEnd started(CommandResult result) {
        var line = Pattern.compile("caprock:started (\\d{1,10}) (\\d{1,12})\n").matcher(result.output());
        if (!line.matches()) {
            return unclear(result);
        }
        try {
            return new Started(Long.parseLong(line.group(1)), Instant.ofEpochSecond(Long.parseLong(line.group(2))));
        } catch (DateTimeException e) {
            return unclear(result);
        }
    }

    private static String reason(CommandResult result, String cause) {
        var line = Pattern.compile("caprock:failed " + cause + " (.{1,500})\n").matcher(result.output());
        return line.matches() ? line.group(1) : "the runner gave no reason";
    }

    private static Unclear unclear(CommandResult result) {
        return new Unclear(
                "the start script ended with exit code %d and no word of the run".formatted(result.exitCode()));
    }
}
