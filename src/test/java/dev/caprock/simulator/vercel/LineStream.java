package dev.caprock.simulator.vercel;

import dev.caprock.simulator.vercel.Effect.BadEnd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes newline-delimited JSON, deliberately untidy: some lines are cut across writes, some come together. Ends badly if
 * a fault says so.
 */
final class LineStream {

    private static final int LONGEST_STALL_SECONDS = 60;

    private final OutputStream out;
    private final Effect.@Nullable Stream fault;
    private final CountDownLatch cleared;
    private long lines;
    private long bytes;

    LineStream(OutputStream out, Effect.@Nullable Stream fault, CountDownLatch cleared) {
        this.out = out;
        this.fault = fault;
        this.cleared = cleared;
    }

    void command(JsonNode command) throws IOException {
        var line = JsonMapper.shared().createObjectNode();
        line.set("command", command);
        line(line);
    }

    void output(CommandLog.Text text) throws IOException {
        line(JsonMapper.shared().createObjectNode().put("data", text.data()).put("stream", text.stream()));
    }

    /** The record that tells that the session is over. */
    void closed() throws IOException {
        var line = JsonMapper.shared().createObjectNode().put("stream", "error");
        line.putObject("data")
                .put("code", "sandbox_stream_closed")
                .put("message", "Sandbox stream was closed and is not accepting commands.");
        write(line);
    }

    /** Runs the script and ends the stream. */
    void run(Reply.Script script) throws IOException, InterruptedException {
        try {
            script.write(this);
        } catch (Finished e) {
            if (has(BadEnd.ERROR_RECORD)) {
                closed();
            }
        }
        if (has(BadEnd.STALL)) {
            boolean ignored = cleared.await(LONGEST_STALL_SECONDS, TimeUnit.SECONDS);
            throw new Dropped();
        }
    }

    private void line(JsonNode line) throws IOException {
        if (fault != null && !has(BadEnd.RESET) && lines >= fault.after()) {
            throw new Finished();
        }
        write(line);
        lines++;
    }

    private boolean has(BadEnd end) {
        return fault != null && fault.end() == end;
    }

    private void write(JsonNode line) throws IOException {
        byte[] text = (line + "\n").getBytes(StandardCharsets.UTF_8);
        int cut = lines % 3 == 1 ? (int) (1 + lines * 7 % (text.length - 1)) : text.length;
        write(text, 0, cut);
        write(text, cut, text.length - cut);
    }

    private void write(byte[] text, int offset, int length) throws IOException {
        if (length == 0) {
            return;
        }
        long allowed = fault != null && has(BadEnd.RESET) ? fault.after() - bytes : Long.MAX_VALUE;
        out.write(text, offset, (int) Math.min(length, allowed));
        out.flush();
        if (allowed <= length) {
            throw new Dropped();
        }
        bytes += length;
    }

    /** The body ends although the output does not. */
    private static final class Finished extends RuntimeException {
        Finished() {
            super("the body just ends", null, false, false);
        }
    }
}
