package dev.caprock.session;

/** A session is refused, since as many of its tenant's wait as may. */
public class QueueFull extends RuntimeException {

    private final int most;

    QueueFull(String tenant, int most) {
        super("%d sessions of tenant %s are queued".formatted(most, tenant));
        this.most = most;
    }

    /** How many may wait. */
    public int most() {
        return most;
    }
}
