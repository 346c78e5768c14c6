package dev.caprock.remote;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** How each remote stands, as this replica knows it. It binds when all rooms are made, and have named their remotes. */
@Component
final class RemoteMeters implements MeterBinder {

    private final Remotes remotes;

    RemoteMeters(Remotes remotes) {
        this.remotes = remotes;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        remotes.all().values().forEach(remote -> bind(remote, meters));
    }

    private static void bind(Remote remote, MeterRegistry meters) {
        for (Standing.Breaker state : Standing.Breaker.values()) {
            Gauge.builder(
                            "caprock.remote.breaker",
                            remote,
                            its -> its.standing().breaker() == state ? 1 : 0)
                    .description("1 for the state that a remote's breaker is in")
                    .tags("remote", remote.name(), "state", state.text())
                    .register(meters);
        }
        for (Purpose purpose : Purpose.values()) {
            TimeGauge.builder(
                            "caprock.remote.held",
                            remote,
                            TimeUnit.MILLISECONDS,
                            its -> its.held(purpose).toMillis())
                    .description("For how long yet calls are held back, since the remote asked for that")
                    .tags("remote", remote.name(), "purpose", purpose.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
        FunctionCounter.builder("caprock.remote.holds", remote, Remote::holds)
                .description("How often a remote said that it is full, or is to be left alone")
                .tag("remote", remote.name())
                .register(meters);
    }
}
