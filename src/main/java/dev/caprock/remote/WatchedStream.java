package dev.caprock.remote;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An answer's body that cannot hang: it closes itself when a reader has waited too long for a byte, or when its time is
 * over, and then reading throws {@link HttpTimeoutException}. Time in which nobody reads is not silence, so a slow reader
 * may slow the sender. No thread waits for it.
 *
 * <p>The JDK's client has no such limit: {@code HttpRequest.timeout} ends with the headers (Java 25).
 */
public final class WatchedStream extends FilterInputStream {

    private static final long NOT_WAITING = 0;

    private final Duration silence;
    private final Duration life;
    private final long endsAt;
    private volatile long waitingSince = NOT_WAITING;
    private volatile @Nullable String expiry;
    private volatile boolean closed;

    private WatchedStream(InputStream body, Duration silence, Duration life) {
        super(body);
        this.silence = silence;
        this.life = life;
        this.endsAt = System.nanoTime() + life.toNanos();
    }

    /**
     * Watches a body.
     *
     * @param body closing it must end a read that is blocked in it, as the JDK client's bodies do
     * @param silence how long one read may wait for a byte
     * @param life how long the stream may last, whatever it delivers
     */
    public static WatchedStream over(InputStream body, Duration silence, Duration life) {
        var stream = new WatchedStream(body, silence, life);
        stream.look();
        return stream;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        waitingSince = System.nanoTime() | 1;
        try {
            int count = in.read(target, offset, length);
            if (count < 0) { // closed under its reader, a body looks as if it had ended
                throwIfExpired(null);
            }
            return count;
        } catch (IOException failure) {
            throwIfExpired(failure);
            throw failure;
        } finally {
            waitingSince = NOT_WAITING;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        super.close();
    }

    private void look() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        long since = waitingSince;
        long patience = (since == NOT_WAITING ? 0 : since - now) + silence.toNanos();
        if (endsAt - now <= 0) {
            expire("not over after " + life);
        } else if (patience <= 0) {
            expire("silent for " + silence);
        } else {
            ForkJoinPool.commonPool().schedule(this::look, Math.min(patience, endsAt - now), TimeUnit.NANOSECONDS);
        }
    }

    private void expire(String reason) {
        expiry = reason;
        try {
            in.close();
        } catch (IOException alreadyBroken) {
            // its reader learns of the expiry
        }
    }

    private void throwIfExpired(@Nullable IOException cause) throws HttpTimeoutException {
        String reason = expiry;
        if (reason != null) {
            var timeout = new HttpTimeoutException(reason);
            timeout.initCause(cause);
            throw timeout;
        }
    }
}
