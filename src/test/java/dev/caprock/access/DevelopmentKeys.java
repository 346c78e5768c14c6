package dev.caprock.access;

import dev.caprock.id.Ids;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Keys for tests and the local run, written past the service into its database, each time other ones: no key that opens anything
 * is in the source, and no setting makes one.
 */
public final class DevelopmentKeys {

    public static final String TENANT = "default";

    private DevelopmentKeys() {}

    /** A key that opens everything in the operator's tenant. */
    public static String admin(DataSource database) {
        return make(database, TENANT, Scope.ADMIN);
    }

    /** A key that lives for a day. */
    public static String make(DataSource database, String tenant, Scope... scopes) {
        return make(database, tenant, Clock.systemUTC().instant().plus(Duration.ofDays(1)), scopes);
    }

    static String make(DataSource database, String tenant, Instant expiresAt, Scope... scopes) {
        Clock clock = Clock.systemUTC();
        var text = ApiKeyText.make(new Ids(clock).next(), new SecureRandom());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var key = new ApiKey(text.id(), tenant, "development", Set.of(scopes), "tests", now, expiresAt, null, null);
        new ApiKeyTable(JdbcClient.create(database)).insert(key, text.hash());
        return text.text();
    }
}
