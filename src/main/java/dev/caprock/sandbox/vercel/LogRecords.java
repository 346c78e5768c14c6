package dev.caprock.sandbox.vercel;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines of JSON that a command's log consists of, one in memory at a time, wherever the network has cut them. */
final class LogRecords implements Closeable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LIMIT = 16 << 20;

    private final InputStream in;

    LogRecords(InputStream in) {
        this.in = new BufferedInputStream(in, 64 << 10);
    }

    /**
     * A piece of output.
     *
     * @param stream {@code stdout} or {@code stderr}
     */
    record LogRecord(String stream, String data) {}

    /**
     * Reads the next piece; null at the log's end, which says nothing of the command.
     *
     * @throws IOException when the log broke, or says itself that it did
     */
    @Nullable
    LogRecord next() throws IOException {
        for (byte[] line = line(); line != null; line = line()) {
            JsonNode entry = json(line);
            String stream = entry.path("stream").asString("");
            if (stream.equals("error")) {
                throw new ProtocolException(
                        "the log ended with " + entry.path("data").path("code").asString("an error"));
            }
            if (stream.equals("stdout") || stream.equals("stderr")) {
                return new LogRecord(stream, entry.path("data").asString(""));
            }
        }
        return null;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException alreadyBroken) {
            // nothing more is wanted of it
        }
    }

    private byte @Nullable [] line() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
        var line = new ByteArrayOutputStream(8 << 10);
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return line.toByteArray();
            }
            if (line.size() == LIMIT) {
                throw new ProtocolException("a log record of more than %d bytes".formatted(LIMIT));
            }
            line.write(next);
        }
        return line.size() == 0 ? null : line.toByteArray();
    }

    private static JsonNode json(byte[] line) throws ProtocolException {
        try {
            return JSON.readTree(line);
        } catch (JacksonException cutShort) { // it may quote the output
            throw new ProtocolException("a log record that is not the JSON we know");
        }
    }
}
