package dev.caprock.session.lifecycle;

import dev.caprock.agent.AgentEvent;
import dev.caprock.agent.LineReader;
import dev.caprock.journal.Entry;
import dev.caprock.journal.Piece;
import dev.caprock.journal.Pieces;
import dev.caprock.journal.Position;
import dev.caprock.journal.StandardStream;
import dev.caprock.sandbox.Offsets;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one run, as they arrive, into what is appended: pieces cut between characters, and what the agent's
 * own lines say. It counts on from a stored {@link Position}; a new one after a failure gets the same bytes again and
 * makes the same of them.
 */
final class Intake {

    /** A longer line is stored like any output, but not read for what it says, nor fetched again for it. */
    private static final int LINE_LIMIT = 4 * 1024 * 1024;

    private final UUID run;
    private final @Nullable LineReader reader;
    private final long quota;
    private final Map<StandardStream, byte[]> heldBack = new EnumMap<>(StandardStream.class);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private Position position;
    private long received;
    private boolean lineTooLong;

    /**
     * What to append next, and where the run is then.
     *
     * @param report what the agent said of itself as a whole; null when it did not
     */
    record Batch(
            List<Piece> pieces,
            List<Entry> others,
            Position next,
            @Nullable Report report) {}

    /** An agent's last words: each is null when it was not among these bytes. */
    record Report(
            @Nullable String conversation,
            @Nullable String result,
            @Nullable Map<String, Object> usage) {

        private boolean isEmpty() {
            return conversation == null && result == null && usage == null;
        }
    }

    Intake(UUID run, Position stored, @Nullable LineReader reader, long quota) {
        this.run = run;
        this.reader = reader;
        this.quota = quota;
        this.position = stored;
        this.received = reader == null ? stored.stdout() : stored.lineStart();
    }

    /** Where in the files to read on: in standard output from the start of the unfinished line, if lines are read. */
    Offsets from() {
        return new Offsets(received - position.stdoutBase(), position.stderr() - position.stderrBase());
    }

    /**
     * Takes what arrived.
     *
     * @param last whether no more comes, so that half a character is all there will be of it
     */
    Batch take(List<OutputBuffer.Chunk> chunks, boolean last) {
        var batch = new Building(position);
        chunks.forEach(chunk -> accept(chunk, batch));
        if (last) {
            heldBack.forEach((stream, bytes) -> {
                int ignored = batch.write(stream, bytes, false);
            });
            heldBack.clear();
        }
        return batch.built();
    }

    /** The batch has been appended. */
    void stored(Batch batch) {
        position = batch.next();
    }

    private void accept(OutputBuffer.Chunk chunk, Building batch) {
        byte[] bytes = chunk.bytes();
        if (chunk.stream() == StandardStream.STDOUT) {
            long known = Math.min(bytes.length, Math.max(0, position.stdout() - received));
            read(bytes, batch);
            bytes = Arrays.copyOfRange(bytes, (int) known, bytes.length);
        }
        byte[] all = joined(heldBack.remove(chunk.stream()), bytes);
        int written = batch.write(chunk.stream(), all, true);
        if (written < all.length) {
            heldBack.put(chunk.stream(), Arrays.copyOfRange(all, written, all.length));
        }
    }

    private void read(byte[] bytes, Building batch) {
        for (byte b : bytes) {
            received++;
            if (reader == null) {
                continue;
            }
            if (b != '\n') {
                lineTooLong |= line.size() >= LINE_LIMIT;
                if (!lineTooLong) {
                    line.write(b);
                }
                continue;
            }
            if (!lineTooLong) {
                reader.read(line.toString(StandardCharsets.UTF_8)).forEach(event -> batch.say(event));
            }
            line.reset();
            lineTooLong = false;
            batch.lineStart = received;
        }
    }

    private static byte[] joined(byte @Nullable [] first, byte[] second) {
        if (first == null) {
            return second;
        }
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** A batch in the making. */
    private final class Building {

        private final List<Piece> pieces = new ArrayList<>();
        private final List<Entry> others = new ArrayList<>();
        private final Map<StandardStream, Long> reached = new EnumMap<>(StandardStream.class);
        private long dropped;
        private long lineStart;
        private @Nullable String conversation;
        private @Nullable String result;
        private @Nullable Map<String, Object> usage;

        Building(Position start) {
            reached.put(StandardStream.STDOUT, start.stdout());
            reached.put(StandardStream.STDERR, start.stderr());
            dropped = start.dropped();
            lineStart = start.lineStart();
        }

        /** Returns how many of the bytes are done with; the rest is half a character. */
        int write(StandardStream stream, byte[] bytes, boolean more) {
            long offset = offset(stream);
            long kept = offset(StandardStream.STDOUT) + offset(StandardStream.STDERR) - dropped;
            if (dropped > 0 || kept + bytes.length > quota) { // once anything is dropped, so is all that follows
                drop(stream, bytes.length);
                return bytes.length;
            }
            List<Piece> cut = Pieces.cut(stream, offset, bytes, more);
            int written = cut.stream().mapToInt(piece -> piece.bytes().length).sum();
            pieces.addAll(cut);
            reached.put(stream, offset + written);
            return written;
        }

        private void drop(StandardStream stream, int length) {
            if (dropped == 0 && length > 0) {
                others.add(new Entry(
                        "session.warning",
                        run,
                        Map.of(
                                "code",
                                "output_quota",
                                "message",
                                "The run has printed %d bytes; what comes beyond is counted, not kept."
                                        .formatted(quota))));
            }
            dropped += length;
            reached.put(stream, offset(stream) + length);
        }

        void say(AgentEvent event) {
            switch (event) {
                case AgentEvent.Message(String role, String text) ->
                    others.add(new Entry("run.message", run, Map.of("role", role, "text", text)));
                case AgentEvent.Tool(var id, var name, var input) ->
                    others.add(new Entry("run.tool", run, Map.of("id", id, "name", name, "input", input)));
                case AgentEvent.ToolResult(var id, var text, var isError) ->
                    others.add(new Entry("run.tool", run, Map.of("id", id, "result", text, "isError", isError)));
                case AgentEvent.Usage used -> {
                    usage = describe(used);
                    others.add(new Entry("run.usage", run, usage));
                }
                case AgentEvent.Conversation(var id) -> conversation = id;
                case AgentEvent.Finished finished -> result = finished.result();
            }
        }

        private static Map<String, Object> describe(AgentEvent.Usage used) {
            var data = new HashMap<String, Object>();
            data.put("inputTokens", used.inputTokens());
            data.put("outputTokens", used.outputTokens());
            if (used.cost() != null) {
                data.put("costUsd", used.cost());
            }
            return data;
        }

        private long offset(StandardStream stream) {
            return reached.getOrDefault(stream, 0L);
        }

        Batch built() {
            if (lineTooLong) {
                lineStart = offset(StandardStream.STDOUT);
            }
            var next = new Position(
                    offset(StandardStream.STDOUT),
                    offset(StandardStream.STDERR),
                    position.stdoutBase(),
                    position.stderrBase(),
                    lineStart,
                    dropped);
            var report = new Report(conversation, result, usage);
            return new Batch(List.copyOf(pieces), List.copyOf(others), next, report.isEmpty() ? null : report);
        }
    }
}
