package dev.caprock.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What lives that are told from hand to mouth add up to. */
class SessionMetersTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SessionMeters meters = new SessionMeters(registry);
    private final GivenSession given = GivenSession.queued();

    @BeforeEach
    void begin() {
        TransactionSynchronizationManager.initSynchronization();
    }

    @AfterEach
    void end() {
        TransactionSynchronizationManager.clearSynchronization();
    }

    /** Each step takes a second longer than the one before. */
    @ParameterizedTest
    @CsvSource({
        "queued, 1",
        "sandbox, 2",
        "credential, 3",
        "prepare, 4",
        "mount, 5",
        "run, 6",
        "flush, 7",
        "settle, 8",
        "closing, 24"
    })
    void eachPhaseTakesAsLongAsItsStep(String phase, long seconds) {
        live();

        Timer timer = registry.get("caprock.sessions.phase").tag("phase", phase).timer();
        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(seconds);
        assertThat(timer.getId().getTag("provider")).isEqualTo("e2b");
    }

    private void live() {
        later(1).begun();
        given.intended(ResourceKind.SANDBOX);
        later(2).live(ResourceKind.SANDBOX).intended(ResourceKind.CREDENTIAL);
        later(3).live(ResourceKind.CREDENTIAL).live(ResourceKind.WORKSPACE).intended(ResourceKind.MOUNT);
        later(4).live(ResourceKind.MOUNT);
        later(5).live(ResourceKind.PROCESS);
        later(6).exited(0);
        later(7).flushed(true);
        later(8).settled();
        later(9).destroyed().revoked().closed();
        commit();
    }

    @Test
    void theTimeToTheAgentBeginsWithTheRequest() {
        live();

        Timer timer = registry.get("caprock.sessions.to.agent").timer();
        assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(1 + 2 + 3 + 4 + 5);
    }

    @Test
    void anEndIsCountedWithItsOutcomeAndReason() {
        given.running().exited(3).flushed(true).settled().destroyed().revoked().closed();
        commit();

        assertThat(registry.get("caprock.sessions.ended")
                        .tags("provider", "e2b", "outcome", "failed", "reason", "agent_failed")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(flushes("clean")).isEqualTo(1);
    }

    @Test
    void whatWasNeverOpenedHasAnEndAndNoPhaseButClosing() {
        given.cancelled();
        later(1).closed();
        commit();

        assertThat(registry.get("caprock.sessions.ended")
                        .tag("reason", "none")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.find("caprock.sessions.phase").timers())
                .extracting(timer -> timer.getId().getTag("phase"))
                .containsExactly("closing");
    }

    @Test
    void anUncleanFlushIsCountedAsSuch() {
        given.running().exited(0).flushed(false);
        commit();

        assertThat(flushes("unclean")).isEqualTo(1);
        assertThat(registry.find("caprock.sessions.flushes").tag("end", "clean").counter())
                .isNull();
    }

    @Test
    void aLostSandboxIsCountedAndAnotherRunInTheNextOneIsNoFirstAgent() {
        var replaced = GivenSession.queued(CloseWhen.IDLE, OnSandboxLost.REPLACE);
        replaced.running();
        meters.count(replaced.session(), replaced.session().drainFacts());
        replaced.later(Duration.ofSeconds(9)).sandboxLost();
        replaced.session().sandboxDestroyed(replaced.of(ResourceKind.SANDBOX).id(), java.util.Map.of(), replaced.now());
        replaced.session().replaceSandbox(replaced.ids());
        replaced.later(Duration.ofSeconds(9))
                .live(ResourceKind.SANDBOX)
                .live(ResourceKind.MOUNT)
                .live(ResourceKind.PROCESS);
        meters.count(replaced.session(), replaced.session().drainFacts());
        afterCommit();

        assertThat(registry.get("caprock.sandboxes.lost").counter().count()).isEqualTo(1);
        assertThat(registry.get("caprock.sessions.to.agent").timer().count()).isEqualTo(1);
        assertThat(registry.get("caprock.sessions.phase")
                        .tag("phase", "queued")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void nothingIsCountedBeforeItIsCommitted() {
        given.cancelled().closed();

        meters.count(given.session(), given.session().drainFacts());

        assertThat(registry.getMeters()).isEmpty();
    }

    private GivenSession later(long seconds) {
        commit();
        return given.later(Duration.ofSeconds(seconds));
    }

    private double flushes(String end) {
        return registry.get("caprock.sessions.flushes")
                .tag("end", end)
                .counter()
                .count();
    }

    private void commit() {
        meters.count(given.session(), given.session().drainFacts());
        afterCommit();
    }

    private static void afterCommit() {
        TransactionSynchronizationManager.getSynchronizations().forEach(TransactionSynchronization::afterCommit);
        TransactionSynchronizationManager.clearSynchronization();
        TransactionSynchronizationManager.initSynchronization();
    }
}
