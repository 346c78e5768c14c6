package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.caprock.id.Ids;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.transaction.support.TransactionTemplate;

/** What becomes of places whose worker is gone. */
@SpringBootTest(
        classes = LoopRooms.class,
        webEnvironment = WebEnvironment.NONE,
        properties = {
            "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "spring.application.name=of its own, since it claims all that is due"
        })
class ClaimerTest {

    @Autowired
    private Agenda agenda;

    @Autowired
    private Nudge nudge;

    @Autowired
    private Ids ids;

    @Autowired
    private TransactionTemplate transactions;

    private final FollowDesk followDesk = mock();
    private final Lease lease = new Lease();

    @Test
    void aFollowerWhoseThreadDiedIsReplacedAtTheNextHeartbeat() {
        agenda.beat(Duration.ofMinutes(5));
        lease.renewed(lease.now(), Duration.ofMinutes(5));
        UUID run = ids.next();
        transactions.executeWithoutResult(status -> agenda.follow(run));
        when(followDesk.read(any()))
                .thenThrow(new StackOverflowError("its thread dies"))
                .thenReturn(Optional.empty());
        var claimer = new Claimer(
                agenda,
                mock(),
                followDesk,
                mock(),
                nudge,
                lease,
                mock(),
                mock(),
                Defaults.LIFECYCLE,
                mock(),
                ObservationRegistry.NOOP,
                new SimpleMeterRegistry());

        claimer.claim();
        verify(followDesk, timeout(10_000)).read(any());
        await().until(() -> claimer.live() == 0);
        assertThat(agenda.mine()).as("nobody works on it, though it is ours").hasSize(1);
        claimer.claim();
        verify(followDesk).read(any());

        claimer.freeOrphans(); // each heartbeat does
        claimer.claim();

        verify(followDesk, timeout(10_000).times(2)).read(any());
    }
}
