package dev.caprock.simulator.e2b;

import dev.caprock.simulator.e2b.Effect.BadEnd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.DefaultPrettyPrinter.NopIndenter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the enveloped messages of a Connect stream, deliberately untidy: spacing varies, and envelopes are cut across
 * writes. Ends badly if a fault says so.
 */
final class EventStream {

    private static final int LONGEST_STALL_SECONDS = 60;

    private static final ObjectWriter SPACED = JsonMapper.shared()
            .writer()
            .with(new DefaultPrettyPrinter()
                    .withObjectIndenter(NopIndenter.instance())
                    .withArrayIndenter(NopIndenter.instance()));

    private final OutputStream out;
    private final Effect.@Nullable Stream fault;
    private final CountDownLatch cleared;
    private long frames;
    private long bytes;

    EventStream(OutputStream out, Effect.@Nullable Stream fault, CountDownLatch cleared) {
        this.out = out;
        this.fault = fault;
        this.cleared = cleared;
    }

    /** Writes one {@code event} message. */
    void event(String kind, ObjectNode content) throws IOException {
        if (has(BadEnd.UNAVAILABLE) && due()) {
            throw new ConnectError("unavailable", "the connection to sandbox ended before the stream completed");
        }
        if (has(BadEnd.EOF) && due()) {
            throw new Finished();
        }
        if (has(BadEnd.STALL) && due() || has(BadEnd.NO_END_EVENT) && kind.equals("end")) {
            return;
        }
        var message = JsonMapper.shared().createObjectNode();
        message.putObject("event").set(kind, content);
        frame(0, message);
        frames++;
    }

    /** Runs the script and writes how it ended. */
    void run(Reply.Script script) throws IOException, InterruptedException {
        try {
            script.write(this);
            finish(JsonMapper.shared().createObjectNode());
        } catch (ConnectError e) {
            var end = JsonMapper.shared().createObjectNode();
            end.set("error", e.json());
            finish(end);
        } catch (Finished e) {
            // the body just ends
        }
    }

    private void finish(ObjectNode end) throws IOException, InterruptedException {
        if (has(BadEnd.STALL)) {
            boolean ignored = cleared.await(LONGEST_STALL_SECONDS, TimeUnit.SECONDS);
            throw new Dropped();
        }
        if (!has(BadEnd.EOF)) {
            frame(2, end);
        }
    }

    private boolean has(BadEnd end) {
        return fault != null && fault.end() == end;
    }

    private boolean due() {
        return fault != null && frames >= fault.after();
    }

    private void frame(int flags, JsonNode message) throws IOException {
        boolean spaced = frames % 2 == 1;
        byte[] payload =
                (spaced ? SPACED.writeValueAsString(message) : message.toString()).getBytes(StandardCharsets.UTF_8);
        byte[] frame = ByteBuffer.allocate(5 + payload.length)
                .put((byte) flags)
                .putInt(payload.length)
                .put(payload)
                .array();
        int cut = frames % 3 == 0 ? (int) (1 + (frames * 7) % (frame.length - 1)) : frame.length;
        write(frame, 0, cut);
        write(frame, cut, frame.length - cut);
    }

    private void write(byte[] frame, int offset, int length) throws IOException {
        if (length == 0) {
            return;
        }
        long allowed = fault != null && has(BadEnd.RESET) ? fault.after() - bytes : Long.MAX_VALUE;
        out.write(frame, offset, (int) Math.min(length, allowed));
        out.flush();
        if (allowed <= length) {
            throw new Dropped();
        }
        bytes += length;
    }

    /** The body ends although the stream does not. */
    private static final class Finished extends RuntimeException {
        Finished() {
            super("the body just ends", null, false, false);
        }
    }
}
