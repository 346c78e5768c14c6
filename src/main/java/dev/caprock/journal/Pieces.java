package dev.caprock.journal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts output bytes into pieces that end where a UTF-8 character ends, so that the text of each can be made alone. */
public final class Pieces {

    private Pieces() {}

    /**
     * Cuts all that may be written now.
     *
     * @param offset of the first byte in the journal's count of the stream
     * @param more whether further bytes may follow: then up to 3 bytes of an unfinished character at the end are held back, and
     *     belong at the front of the next call. Bytes that are no UTF-8 are never held back for long, and never changed.
     */
    public static List<Piece> cut(StandardStream stream, long offset, byte[] bytes, boolean more) {
        var pieces = new ArrayList<Piece>();
        int from = 0;
        while (from < bytes.length) {
            int end = Math.min(bytes.length, from + Piece.MAXIMUM);
            if (more || end < bytes.length) {
                end = CharacterBoundary.before(bytes, from, end);
            }
            if (end == from) {
                break;
            }
            pieces.add(new Piece(stream, offset + from, Arrays.copyOfRange(bytes, from, end)));
            from = end;
        }
        return pieces;
    }
}
