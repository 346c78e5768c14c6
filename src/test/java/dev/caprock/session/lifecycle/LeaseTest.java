package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {

    private static final Duration LENGTH = Duration.ofSeconds(15);

    private final AtomicLong time =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(8).toNanos());
    private final Lease lease = new Lease(time::get);

    @Test
    void withoutAHeartbeatNothingIsHeld() {
        assertThat(lease.isHeld()).isFalse();
    }

    /** The monotonic clock may overflow meanwhile, as it does in this test. */
    @Test
    void itLastsForItsLengthFromBeforeTheHeartbeatWasSent() {
        long sentAt = lease.now();
        pass(Duration.ofSeconds(5));
        lease.renewed(sentAt, LENGTH);
        assertThat(lease.isHeld()).isTrue();

        pass(Duration.ofSeconds(10).minusNanos(1));
        assertThat(lease.isHeld()).isTrue();

        pass(Duration.ofNanos(1));
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void aReplicaThatThawsRenewsIt() {
        lease.renewed(lease.now(), LENGTH);
        pass(Duration.ofHours(1));
        assertThat(lease.isHeld()).isFalse();

        lease.renewed(lease.now(), LENGTH);

        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void whatIsDroppedIsNotHeldAgain() {
        long sentAt = lease.now();
        lease.renewed(sentAt, LENGTH);
        lease.drop();
        lease.renewed(sentAt, LENGTH);

        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void afterItWasWantedAgainTheNextHeartbeatBringsItBack() {
        lease.renewed(lease.now(), LENGTH);
        lease.drop();

        lease.want();
        assertThat(lease.isHeld()).isFalse();

        lease.renewed(lease.now(), LENGTH);
        assertThat(lease.isHeld()).isTrue();
    }

    private void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
    }
}
