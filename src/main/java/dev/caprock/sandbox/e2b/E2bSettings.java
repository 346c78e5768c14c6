package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Account;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How to reach E2B. Blank text counts as absent.
 *
 * @param apiKey the account's key; without it there is no E2B provider
 * @param apiUrl where the control API is, in place of {@code https://api.<domain>}
 * @param sandboxUrl where every sandbox's envd is reached, in place of hosts made from the domain
 * @param domain E2B's own domain, or that of a self-hosted E2B
 * @param template what a sandbox is made from when a session names no template
 * @param maximumLifetime the longest life of a sandbox that the account's plan allows: 1 hour or 24 hours
 * @param createTimeout how long to wait for a new sandbox; above E2B's own limit of 80 seconds an answer is rarely lost
 * @param createDeadline how long after it was asked for a sandbox may still appear in lists though its answer was lost; E2B's
 *     load balancer gives up at 80 seconds. Never less than {@code create-timeout} and a little
 * @param callTimeout how long to wait for any other answer, or for a stream to begin
 * @param keepalive how often a silent stream must give a sign of life, in whole seconds; after twice that it is dropped
 * @param packageHosts what a sandbox made from E2B's own template installs the mount and the agent from: a session that restricts
 *     its network must allow all of these, or name another template; while there are none it must name one
 */
@ConfigurationProperties("caprock.e2b")
record E2bSettings(
        @Nullable String apiKey,
        @Nullable URI apiUrl,
        @Nullable URI sandboxUrl,
        @DefaultValue(E2bSettings.DOMAIN) String domain,
        @DefaultValue(E2bSettings.TEMPLATE) String template,
        @DefaultValue("PT24H") Duration maximumLifetime,
        @DefaultValue("PT85S") Duration createTimeout,
        @DefaultValue("PT90S") Duration createDeadline,
        @DefaultValue("PT30S") Duration callTimeout,
        @DefaultValue("PT20S") Duration keepalive,

        @DefaultValue List<String> packageHosts)
        implements Account {

    private static final String DOMAIN = "e2b.app";
    private static final String TEMPLATE = "base";

    E2bSettings {
        apiKey = apiKey == null || apiKey.isBlank() ? null : apiKey.strip();
        apiUrl = checked("api-url", apiUrl);
        sandboxUrl = checked("sandbox-url", sandboxUrl);
        domain = domain.isBlank() ? DOMAIN : domain.strip();
        template = template.isBlank() ? TEMPLATE : template.strip();
        if (apiKey != null && !Header.canCarry(apiKey)) {
            throw new IllegalArgumentException("caprock.e2b.api-key holds characters that no key has");
        }
        if (!domain.matches("[A-Za-z0-9.-]+(:\\d+)?")) {
            throw new IllegalArgumentException("caprock.e2b.domain must be a host name but is " + domain);
        }
        positive("maximum-lifetime", maximumLifetime);
        positive("create-timeout", createTimeout);
        positive("create-deadline", createDeadline);
        positive("call-timeout", callTimeout);
        positive("keepalive", keepalive);
        packageHosts = List.copyOf(packageHosts);
        if (keepalive.getNano() != 0) {
            throw new IllegalArgumentException("caprock.e2b.keepalive must be whole seconds but is " + keepalive);
        }
    }

    @Override
    public Optional<String> missing() {
        return apiKey == null
                ? Optional.of("caprock.e2b.api-key (E2B_API_KEY), of the account that sandboxes are made with")
                : Optional.empty();
    }

    /** The key, where the provider exists because there is one. */
    String requiredApiKey() {
        return Objects.requireNonNull(apiKey, "caprock.e2b.api-key");
    }

    /** What a sandbox is made from. */
    String template(@Nullable String wanted) {
        return wanted == null ? template : wanted;
    }

    /** Whether a sandbox is made from E2B's own template, which has neither the mount nor an agent. */
    boolean isBare(@Nullable String wanted) {
        return template(wanted).equals(TEMPLATE);
    }

    /** The control API's address, without a slash at its end. */
    String controlUrl() {
        return apiUrl == null ? "https://api." + domain : apiUrl.toString();
    }

    @Override
    public String toString() {
        return "E2bSettings[apiKey=%s, apiUrl=%s, sandboxUrl=%s, domain=%s, template=%s, maximumLifetime=%s, createTimeout=%s, createDeadline=%s, callTimeout=%s, keepalive=%s, packageHosts=%s]"
                .formatted(
                        apiKey == null ? "none" : "***",
                        apiUrl,
                        sandboxUrl,
                        domain,
                        template,
                        maximumLifetime,
                        createTimeout,
                        createDeadline,
                        callTimeout,
                        keepalive,
                        packageHosts);
    }

    private static void positive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(
                    "caprock.e2b.%s must be longer than nothing but is %s".formatted(key, value));
        }
    }

    private static @Nullable URI checked(String key, @Nullable URI url) {
        if (url == null || url.toString().isBlank()) {
            return null;
        }
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web || url.getHost() == null || url.getRawUserInfo() != null || url.getRawQuery() != null) {
            throw new IllegalArgumentException(
                    "caprock.e2b.%s must be a plain http or https address".formatted(key)); // it may hold a password
        }
        return URI.create(url.toString().replaceFirst("/+$", ""));
    }
}
