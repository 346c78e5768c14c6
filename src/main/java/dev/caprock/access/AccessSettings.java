package dev.caprock.access;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may call, and from where.
 *
 * @param operatorTenant the tenant whose admins run this installation: they also see what belongs to no tenant, and {@code /actuator}
 * @param scrapeToken a bearer that may read {@code /actuator/prometheus} and nothing else, without the database being asked: 32 or more
 *     visible characters, as from {@code openssl rand -hex 32}; absent: only operators may
 * @param apiKeys how long API keys live
 * @param oidc whose tokens are taken; without an issuer only API keys are
 * @param cors which web pages may call
 */
@ConfigurationProperties("caprock.access")
record AccessSettings(
        @DefaultValue("default") String operatorTenant,
        @Nullable String scrapeToken,
        @DefaultValue ApiKeyLife apiKeys,
        @DefaultValue Oidc oidc,
        @DefaultValue Cors cors) {

    private static final Duration MOST_SKEW = Duration.ofMinutes(5);
    private static final Pattern SCRAPE_TOKEN = Pattern.compile("[!-~]{32,}");

    AccessSettings {
        scrapeToken = scrapeToken == null || scrapeToken.isBlank() ? null : scrapeToken.strip();
        // The token's own text must not get into a message, not even when it is wrong.
        if (scrapeToken != null && !SCRAPE_TOKEN.matcher(scrapeToken).matches()) {
            throw new IllegalArgumentException(
                    "caprock.access.scrape-token must be 32 or more visible ASCII characters: openssl rand -hex 32");
        }
        if (scrapeToken != null && scrapeToken.startsWith(ApiKeyText.PREFIX)) {
            throw new IllegalArgumentException(
                    "caprock.access.scrape-token must not be an API key, which would then open nothing else");
        }
    }

    @Override
    public String toString() {
        return "AccessSettings[operatorTenant=%s, scrapeToken=%s, apiKeys=%s, oidc=%s, cors=%s]"
                .formatted(operatorTenant, scrapeToken == null ? "none" : "***", apiKeys, oidc, cors);
    }

    /**
     * How long API keys live.
     *
     * @param defaultLife of a key that is made without an end
     * @param maximumLife the longest that may be asked for
     */
    record ApiKeyLife(
            @DefaultValue("90d") Duration defaultLife,
            @DefaultValue("366d") Duration maximumLife) {

        ApiKeyLife {
            if (!defaultLife.isPositive() || defaultLife.compareTo(maximumLife) > 0) {
                throw new IllegalArgumentException(
                        "caprock.access.api-keys.default-life must be longer than nothing and at most maximum-life (%s) but is %s"
                                .formatted(maximumLife, defaultLife));
            }
        }
    }

    /**
     * Whose tokens are taken.
     *
     * @param issuer the {@code iss} of the tokens, exactly as it is in them; absent: no tokens are taken
     * @param audience what must be among the {@code aud} of a token; required with an issuer, since the issuer signs for others too
     * @param jwkSetUri where the issuer's keys are; absent: its discovery document says it
     * @param clockSkew by how much its clock and ours may differ; at most 5 minutes
     * @param tenantClaim the claim that holds the tenant
     * @param subjectClaim the claim that says who it is, for the audit chain
     * @param scopeClaim the claim that holds scopes, as a list or as one text with spaces between
     * @param scopes for an issuer with other words than ours: its word, and the scopes that this gives; ours are taken too
     */
    record Oidc(
            @Nullable String issuer,
            @Nullable String audience,
            @Nullable URI jwkSetUri,
            @DefaultValue("30s") Duration clockSkew,
            @DefaultValue("tenant") String tenantClaim,
            @DefaultValue("sub") String subjectClaim,
            @DefaultValue("scope") String scopeClaim,
            @DefaultValue Map<String, Set<Scope>> scopes) {

        Oidc {
            issuer = issuer == null || issuer.isBlank() ? null : issuer;
            audience = audience == null || audience.isBlank() ? null : audience;
            if (issuer != null && audience == null) {
                throw new IllegalArgumentException("caprock.access.oidc.audience is required with an issuer: "
                        + "without it a token that was made for another service would open this one");
            }
            if (clockSkew.isNegative() || clockSkew.compareTo(MOST_SKEW) > 0) {
                throw new IllegalArgumentException(
                        "caprock.access.oidc.clock-skew must be from nothing to 5m but is " + clockSkew);
            }
            scopes = Map.copyOf(scopes);
        }
    }

    /**
     * Which web pages may call.
     *
     * @param allowedOrigins the origins of dashboards, such as {@code https://dashboard.example.com}; none by default
     */
    record Cors(@DefaultValue List<String> allowedOrigins) {

        Cors {
            allowedOrigins = List.copyOf(allowedOrigins);
            if (allowedOrigins.contains("*")) {
                throw new IllegalArgumentException("caprock.access.cors.allowed-origins must name its origins");
            }
        }
    }
}
