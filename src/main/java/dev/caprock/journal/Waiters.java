package dev.caprock.journal;

import org.jspecify.annotations.Nullable;

/** Those who wait for more of one session, and how far it is known to be. Entering and leaving are guarded by the map. */
final class Waiters {

    private int present;
    private long reached;
    private int woken;

    static Waiters enter(@Nullable Waiters present) {
        var waiters = present == null ? new Waiters() : present;
        waiters.present++;
        return waiters;
    }

    /** Null when the last one left. */
    @Nullable
    Waiters leave() {
        present--;
        return present == 0 ? null : this;
    }

    synchronized void reach(long seq) {
        if (seq > reached) {
            reached = seq;
            notifyAll();
        }
    }

    /** Ends all present waits. */
    synchronized void wake() {
        woken++;
        notifyAll();
    }

    /** Whether more than {@code after} was reached before the end, a moment of {@link System#nanoTime}. */
    synchronized boolean await(long after, long end) throws InterruptedException {
        int before = woken;
        while (reached <= after) {
            long left = end - System.nanoTime();
            if (left <= 0 || woken != before) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }
}
