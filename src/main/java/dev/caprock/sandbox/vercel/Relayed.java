package dev.caprock.sandbox.vercel;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;

/**
 * One of the two streams that the relay prints, made bytes again. It may be replayed from its start at any time, in other
 * pieces than before; what has been delivered is skipped then.
 */
final class Relayed {

    private static final char MARK = '!';
    private static final int MARK_LIMIT = 8;

    private final Consumer<byte[]> receiver;
    private final StringBuilder pending = new StringBuilder();
    private long taken;
    private long toSkip;
    private boolean ended;
    private boolean foreign;

    Relayed(Consumer<byte[]> receiver) {
        this.receiver = receiver;
    }

    /** What is added next is the beginning. */
    void replay() {
        toSkip = taken;
    }

    /** How many characters have arrived, to tell whether a replay brought anything new. */
    long taken() {
        return taken;
    }

    /** Whether all is here. */
    boolean hasEnded() {
        return ended;
    }

    /** Whether something came that is not the relay's; nothing is delivered from there on. */
    boolean isForeign() {
        return foreign;
    }

    /** What came with the end. */
    String mark() {
        return ended ? pending.substring(1) : "";
    }

    void add(String data) {
        int from = (int) Math.min(toSkip, data.length());
        toSkip -= from;
        taken += data.length() - from;
        while (from < data.length() && !ended && !foreign) {
            int lineFeed = data.indexOf('\n', from);
            int to = lineFeed < 0 ? data.length() : lineFeed;
            pending.append(data, from, to);
            from = to + 1;
            if (!pending.isEmpty() && pending.charAt(0) == MARK) {
                foreign = pending.length() > MARK_LIMIT;
                ended = lineFeed >= 0 && !foreign;
            } else {
                decode();
            }
        }
    }

    /** Four letters stand for up to three bytes; fewer wait for the others. */
    private void decode() {
        int whole = pending.length() / 4 * 4;
        if (whole == 0) {
            return;
        }
        byte[] letters = pending.substring(0, whole).getBytes(StandardCharsets.ISO_8859_1);
        pending.delete(0, whole);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(letters);
        } catch (IllegalArgumentException notBase64) {
            foreign = true;
            return;
        }
        receiver.accept(bytes);
    }
}
