package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
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

    private static LifecycleSettings settings(String lease) {
        var environment = new MockEnvironment().withProperty("caprock.lifecycle.sandbox-lease", lease);
        return Binder.get(environment).bindOrCreate("caprock.lifecycle", LifecycleSettings.class);
    }
}
