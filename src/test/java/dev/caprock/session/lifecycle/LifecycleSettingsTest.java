package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.mock.env.MockEnvironment;

class LifecycleSettingsTest {

    /** A third of it is used up before it is renewed; what is left must outlast flushing and verifying. */
    @ParameterizedTest
    @ValueSource(strings = {"187s", "61m"})
    void aLeaseThatIsTooShortToCloseInOrTooLongToBeGrantedIsRefused(String lease) {
        assertThatThrownBy(() -> settings(lease)).hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"188s", "1h"})
    void aLeaseThatIsLongEnoughOutlastsClosing(String lease) {
        LifecycleSettings settings = settings(lease);

        Duration left = settings.sandboxLease().multipliedBy(2).dividedBy(3);
        assertThat(left).isGreaterThanOrEqualTo(settings.room());
    }

    @ParameterizedTest
    @CsvSource({"claims, 0", "claims, 100001", "heartbeat, 5001ms", "last-retry, 499ms", "poll, 0s", "stop-timeout, -1s"
    })
    void whatIsBeyondItsExtremesIsNamed(String key, String value) {
        assertThatThrownBy(() -> settings(key, value)).rootCause().hasMessageContaining("caprock.lifecycle." + key);
    }

    private static LifecycleSettings settings(String lease) {
        return settings("sandbox-lease", lease);
    }

    private static LifecycleSettings settings(String key, String value) {
        var environment = new MockEnvironment().withProperty("caprock.lifecycle." + key, value);
        return Binder.get(environment).bindOrCreate("caprock.lifecycle", LifecycleSettings.class);
    }
}
