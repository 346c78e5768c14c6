package dev.caprock.session.lifecycle;

import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.Ceiling;
import dev.caprock.session.Ceilings;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.Session;
import dev.caprock.session.SessionSettings;
import dev.caprock.tenant.Tenants;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** A session ends early enough that its credential and its sandbox outlast its closing. */
@Component
class SessionCeilings implements Ceilings {

    private final SessionCredentials credentials;
    private final Providers providers;
    private final SessionSettings settings;
    private final LifecycleSettings lifecycle;
    private final Tenants tenants;

    SessionCeilings(
            SessionCredentials credentials,
            Providers providers,
            SessionSettings settings,
            LifecycleSettings lifecycle,
            Tenants tenants) {
        this.credentials = credentials;
        this.providers = providers;
        this.settings = settings;
        this.lifecycle = lifecycle;
        this.tenants = tenants;
    }

    @Override
    public Ceiling of(Session session) {
        Ceiling made = credential(session).or(sandbox(session));
        Duration longest = tenants.limits(session.tenant()).maximumTtl();
        return longest == null
                ? made
                : made.or(new Ceiling(
                        micros(started(session).plus(longest)),
                        "its tenant's sessions may stay open for %s at most.".formatted(longest)));
    }

    private Ceiling credential(Session session) {
        if (!SessionCredentials.mode(session).revocable()) {
            Instant end = Objects.requireNonNull(session.expiresAt());
            return new Ceiling(end, "its credential cannot be revoked, so it was made to end then.");
        }
        Instant latest = session.credential()
                .map(row -> credentials.kept(session, row).expiresAt().minus(settings.closingMargin()))
                .orElseGet(() -> started(session).plus(credentials.longestOpen(session))); // so it will be made
        return new Ceiling(micros(latest), "its credential was made for that long.");
    }

    private Ceiling sandbox(Session session) {
        Resource row = session.only(ResourceKind.SANDBOX);
        Instant from = Objects.requireNonNullElseGet(row.intentAtOrNull(), () -> started(session));
        Provider provider = providers.named(session.provider());
        return new Ceiling(
                micros(from.plus(longestTtl(session.provider()))),
                "its sandbox lives for %s at most, of which closing needs %s."
                        .formatted(provider.maximumLifetime(), lifecycle.room()));
    }

    @Override
    public Duration longestTtl(String provider) {
        return providers.named(provider).maximumLifetime().minus(lifecycle.room());
    }

    /** A sandbox that is made at the very end may outlast it by its first lease, which is longer than closing takes. */
    @Override
    public Duration mostSandboxTime(Duration open) {
        return open.plus(lifecycle.sandboxLease());
    }

    private static Instant started(Session session) {
        return Objects.requireNonNull(session.startedAt());
    }

    /** As it can be stored. */
    private static Instant micros(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS);
    }
}
