package dev.caprock.sandbox.vercel;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.OutputSink;
import dev.caprock.sandbox.OutputStreamName;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Watches one command until it has ended and all that it printed is here. Vercel cuts a log off after some five minutes
 * while the command goes on, so a log that ends or breaks is read again, from its start, as often as it takes.
 */
final class Watch {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    /** Below where Vercel's edge cuts an answer that has not come. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(240);

    /** How often the log of a command that has ended is read in vain before its output counts as lost. */
    private static final int LAST_READS = 4;

    private static final int KILLED = 128;

    private final Api api;
    private final Commands commands;
    private final Pause pause;
    private final String operation;
    private final RunningCommand command;
    private final long deadline;
    private final Relayed output;
    private final Relayed errors;
    private Duration asked = Duration.ZERO;

    /** @param life how long from now on */
    Watch(
            Api api,
            Commands commands,
            Pause pause,
            String operation,
            RunningCommand command,
            Duration life,
            OutputSink sink) {
        this.api = api;
        this.commands = commands;
        this.pause = pause;
        this.operation = operation;
        this.command = command;
        this.deadline = System.nanoTime() + life.toNanos();
        this.output = new Relayed(bytes -> sink.accept(OutputStreamName.STDOUT, bytes));
        this.errors = new Relayed(bytes -> sink.accept(OutputStreamName.STDERR, bytes));
    }

    /** How a reading of the log ended when not all was there. */
    private enum Log {
        CUT,
        MISSING
    }

    /**
     * Delivers the output until the command has ended.
     *
     * @return the exit code; of a command that was killed it may be that the last of its output is missing
     * @throws RemoteFailure.Rejected when the sandbox has ended meanwhile, or we are refused
     * @throws RemoteFailure.Unknown when the end was not seen, or the output is lost
     */
    int end() {
        int vain = 0;
        int lastReads = 0;
        while (true) {
            long before = output.taken() + errors.taken();
            Log log = read();
            if (output.isForeign() || errors.isForeign()) {
                throw unknown("unreadable", "what it printed is not the relay's: has the image dd and base64?", null);
            }
            if (output.hasEnded() && errors.hasEnded()) {
                return code();
            }
            vain = output.taken() + errors.taken() > before ? 0 : vain + 1;
            OptionalInt code = exitCode(log);
            if (code.isPresent() && (log == Log.MISSING || ++lastReads == LAST_READS)) {
                return withoutMark(code.getAsInt());
            }
            rest(vain);
        }
    }

    private Log read() {
        output.replay();
        errors.replay();
        try (var log = new LogRecords(commands.logs(operation, command, left()))) {
            for (var next = log.next(); next != null; next = log.next()) {
                (next.stream().equals("stdout") ? output : errors).add(next.data());
                if (output.hasEnded() && errors.hasEnded()) {
                    break;
                }
            }
        } catch (RemoteFailure.Rejected refused) {
            if (!refused.isAbsent()) {
                throw refused;
            }
            return Log.MISSING;
        } catch (RemoteFailure failed) {
            heed(failed);
        } catch (IOException broken) {
            throwIfOver(broken);
        }
        return Log.CUT;
    }

    private OptionalInt exitCode(Log log) {
        try {
            var code = commands.exitCode(operation, command);
            return code.isEmpty() && log == Log.MISSING
                    ? commands.awaitExit(operation, command, shorter(left(), LONGEST_WAIT))
                    : code;
        } catch (RemoteFailure.Rejected refused) {
            throw refused.isAbsent()
                    ? unknown("command_lost", "Vercel does not know the command any more", refused)
                    : refused;
        } catch (RemoteFailure failed) {
            heed(failed);
            return OptionalInt.empty();
        }
    }

    private int code() {
        try {
            return Integer.parseInt(output.mark());
        } catch (NumberFormatException none) {
            throw unknown("unreadable", "the relay told no exit code", null);
        }
    }

    /** Who is killed prints no mark; of anyone else we know that we have not got all. */
    private int withoutMark(int code) {
        if (code > KILLED) {
            return code;
        }
        throw unknown("output_lost", "it ended with code %d, but its output is lost".formatted(code), null);
    }

    private void heed(RemoteFailure failed) {
        throwIfOver(failed);
        if (failed instanceof RemoteFailure.Busy busy && busy.retryAfter() != null) {
            asked = busy.retryAfter();
        }
    }

    private void rest(int vain) {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(vain, 10));
        try {
            var ours = shorter(doubled, LAST_PAUSE);
            pause.take(shorter(ours.compareTo(asked) < 0 ? asked : ours, left()));
            asked = Duration.ZERO;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throwIfOver(interrupted);
        }
        throwIfOver(null);
    }

    private void throwIfOver(@Nullable Throwable cause) {
        if (Thread.currentThread().isInterrupted()) {
            throw unknown("interrupted", "we were interrupted before the command ended", cause);
        }
        if (deadline - System.nanoTime() <= 0) {
            throw unknown("timed_out", "the command was given up", cause);
        }
    }

    private Duration left() {
        throwIfOver(null);
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private RemoteFailure.Unknown unknown(String code, String message, @Nullable Throwable cause) {
        return api.unknown(operation, 200, code, message, cause);
    }
}
