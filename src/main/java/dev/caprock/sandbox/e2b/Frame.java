package dev.caprock.sandbox.e2b;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/**
 * One envelope of the Connect protocol: a byte of flags, four of length, the payload.
 *
 * @param endsStream whether it is the last one; its payload then says how the stream ended
 */
record Frame(boolean endsStream, byte[] payload) {

    private static final int MESSAGE = 0;
    private static final int END_OF_STREAM = 2;
    private static final int HEAD = 5;
    private static final int LIMIT = 4 << 20;

    /**
     * Reads the next envelope, however the network has cut it.
     *
     * @throws EOFException when the stream ends before or inside it
     * @throws ProtocolException when it is none that we asked for
     */
    static Frame read(InputStream in) throws IOException {
        var head = ByteBuffer.wrap(exactly(in, HEAD));
        int flags = head.get();
        int length = head.getInt();
        if (flags != MESSAGE && flags != END_OF_STREAM) {
            throw new ProtocolException("an envelope with the flags " + flags);
        }
        if (length < 0 || length > LIMIT) {
            throw new ProtocolException("an envelope of %d bytes".formatted(Integer.toUnsignedLong(length)));
        }
        return new Frame(flags == END_OF_STREAM, exactly(in, length));
    }

    byte[] bytes() {
        return ByteBuffer.allocate(HEAD + payload.length)
                .put((byte) (endsStream ? END_OF_STREAM : MESSAGE))
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        if (in.readNBytes(bytes, 0, length) < length) {
            throw new EOFException("the stream ended without its end-of-stream envelope");
        }
        return bytes;
    }
}
