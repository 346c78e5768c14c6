package dev.caprock.journal;

/**
 * A stretch of output, 1 byte to {@value #MAXIMUM} bytes long, that becomes one {@code run.output} event.
 *
 * @param offset of its first byte in the journal's count of this stream
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way to the database; never compared
public record Piece(StandardStream stream, long offset, byte[] bytes) {

    static final int MAXIMUM = 64 * 1024;

    public Piece {
        if (bytes.length == 0 || bytes.length > MAXIMUM) {
            throw new IllegalArgumentException("a piece has 1 to %d bytes, not %d".formatted(MAXIMUM, bytes.length));
        }
    }
}
