package dev.caprock.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.mock.env.MockEnvironment;

/** What tenants may have, as it is configured. */
class LimitsTest {

    private final MockEnvironment configured = new MockEnvironment();

    @Test
    void whatIsNotConfiguredIsNotLimited() {
        Limits limits = tenants().limits("acme");

        assertThat(limits).isEqualTo(Limits.NONE);
        assertThat(limits.holdBack()).isFalse();
        assertThat(limits.allowsRepo("any") && limits.allowsProvider("any") && limits.allowsAgent("any"))
                .isTrue();
    }

    @Test
    void aTenantHasWhatAllHaveButForItsOwn() {
        configured
                .withProperty("caprock.tenants.default.maximum-live", "5")
                .withProperty("caprock.tenants.default.maximum-ttl", "1h")
                .withProperty("caprock.tenants.own.acme.maximum-live", "50")
                .withProperty("caprock.tenants.own.acme.repos", "team-a-*,shared");

        assertThat(tenants().limits("acme"))
                .isEqualTo(new Limits(
                        50, null, null, null, Duration.ofHours(1), List.of("team-a-*", "shared"), null, null, null));
        assertThat(tenants().limits("other").maximumLive()).isEqualTo(5);
        assertThat(tenants().limits("other").repos()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "team-a-*, team-a-web, true",
        "team-a-*, team-a-, true",
        "team-a-*, team-b-web, false",
        "team-a-*, xteam-a-web, false",
        "*-docs, web-docs, true",
        "*-docs, web-docs-old, false",
        "a*b*c, a-b-b-c, true",
        "a*b*c, a-c, false",
        "a.c, abc, false",
        "*, anything, true",
        "web, Web, false",
        "web, web2, false",
        "a*a*a*a*a*a*a*a*b, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, false"
    })
    void aStarInAPatternIsAnyText(String pattern, String name, boolean matches) {
        assertThat(NamePattern.matches(pattern, name)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "maximum-live, 0",
        "maximum-queued, 0",
        "requests-per-second, 0",
        "burst, -1",
        "maximum-ttl, 0s",
        "budget, -1h",
        "repos, ''",
        "agents, ' '"
    })
    void whatAllowsNothingIsAMistake(String key, String value) {
        configured.withProperty("caprock.tenants.default." + key, value);

        assertThatThrownBy(this::tenants).rootCause().hasMessageContaining(key);
    }

    @ParameterizedTest
    @CsvSource({
        "DAY, 2026-11-30T23:59:59Z, day 2026-11-30, 2026-12-01T00:00:00Z",
        "WEEK, 2026-11-29T12:00:00Z, week 2026-11-23, 2026-11-30T00:00:00Z",
        "WEEK, 2026-11-30T00:00:00Z, week 2026-11-30, 2026-12-07T00:00:00Z",
        "MONTH, 2026-12-31T23:00:00Z, month 2026-12-01, 2027-01-01T00:00:00Z"
    })
    void aPeriodIsOfTheCalendarInUtc(BudgetPeriod period, Instant at, String name, Instant end) {
        assertThat(period.at(at)).isEqualTo(name);
        assertThat(period.end(at)).isEqualTo(end);
    }

    private Tenants tenants() {
        return new Tenants(Binder.get(configured).bindOrCreate("caprock.tenants", TenantSettings.class));
    }
}
