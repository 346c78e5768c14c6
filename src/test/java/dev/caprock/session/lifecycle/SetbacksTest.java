package dev.caprock.session.lifecycle;

import static dev.caprock.session.ResourceKind.SANDBOX;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Cause;
import dev.caprock.session.GivenSession;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetbacksTest {

    private final Setbacks setbacks = new Setbacks(Defaults.LIFECYCLE);
    private final GivenSession given = GivenSession.queued().running();

    @ParameterizedTest
    @CsvSource({"PT10M, PT1H, PT5M", "PT10M, PT1M, PT1M", "PT0.1S, PT1H, PT0.5S", "PT-1S, PT1H, PT0.5S"})
    void anExtensionIsTriedAgainWhileTheSandboxLivesWhateverPauseIsAskedFor(
            Duration left, Duration asked, Duration pause) {
        given.leased(left);
        var busy = new RemoteFailure.Busy("any", "extend sandbox", 429, "", "slow down", asked, null);

        setbacks.extending(given.of(SANDBOX).id(), busy).record(given.session(), given.now());

        assertThat(given.of(SANDBOX).notBefore()).isEqualTo(given.now().plus(pause));
        assertThat(given.session().cause()).isNull();
    }

    @Test
    void aSandboxThatIsGoneWhenItIsToBeExtendedIsLost() {
        var gone = new RemoteFailure.Rejected("any", "extend sandbox", 404, "sandbox_gone", "gone");

        setbacks.extending(given.of(SANDBOX).id(), gone).record(given.session(), given.now());

        assertThat(given.session().cause()).isEqualTo(Cause.FAILED);
    }
}
