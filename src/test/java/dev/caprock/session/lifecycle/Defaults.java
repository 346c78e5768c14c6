package dev.caprock.session.lifecycle;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.mock.env.MockEnvironment;

/** Settings as they are when nothing is configured. */
final class Defaults {

    static final LifecycleSettings LIFECYCLE =
            Binder.get(new MockEnvironment()).bindOrCreate("caprock.lifecycle", LifecycleSettings.class);

    private Defaults() {}
}
