package dev.caprock.journal;

/**
 * How far a run's output is in the journal. All are bytes.
 *
 * @param stdout next offset of this stream: what was written and what was dropped so far
 * @param stderr likewise
 * @param stdoutBase the journal offset of byte 0 of the file as it is now; more than 0 after the agent truncated the file
 * @param stderrBase likewise
 * @param lineStart offset in stdout where the unfinished line starts; a new follower parses it again from there
 * @param dropped what came beyond the quota: counted, not kept
 */
public record Position(long stdout, long stderr, long stdoutBase, long stderrBase, long lineStart, long dropped) {

    public static final Position START = new Position(0, 0, 0, 0, 0, 0);

    long of(StandardStream stream) {
        return switch (stream) {
            case STDOUT -> stdout;
            case STDERR -> stderr;
        };
    }

    /** In the order of the columns. */
    long[] numbers() {
        return new long[] {stdout, stderr, stdoutBase, stderrBase, lineStart, dropped};
    }
}
