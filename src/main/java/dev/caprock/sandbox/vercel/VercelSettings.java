package dev.caprock.sandbox.vercel;

import dev.caprock.remote.Account;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How to reach Vercel Sandbox. Blank text counts as absent. Token, team and project come together, or there is no Vercel
 * provider.
 *
 * @param token a long-lived access token of the team; sent as it is
 * @param teamId for example {@code team_…}
 * @param projectId the id or the name of the project that the sandboxes belong to
 * @param apiUrl the API's base; paths such as {@code /v2/sandboxes} are added to it
 * @param flavour what a sandbox is made from when no template is named: the runtime {@code node24} on Amazon Linux, or Vercel's
 *     own image of Ubuntu
 * @param template the runtime, snapshot or image of sessions that name no template; none leaves it to the flavour
 * @param maximumLifetime the longest life of a sandbox that the team's plan allows: 45 minutes or 24 hours
 * @param createTimeout how long to wait for a new sandbox
 * @param callTimeout how long to wait for any other answer, or for a stream to begin
 * @param packageHosts what a sandbox made from a runtime or from Vercel's own image installs the mount and the agent from: a session
 *     that restricts its network must allow all of these, or name a snapshot or an image of its own. While there are none it
 *     must name one. Only HTTPS can be allowed by name
 */
@ConfigurationProperties("caprock.vercel")
record VercelSettings(
        @Nullable String token,
        @Nullable String teamId,
        @Nullable String projectId,
        @Nullable URI apiUrl,
        @DefaultValue("runtime") Flavour flavour,
        @Nullable String template,
        @DefaultValue("PT24H") Duration maximumLifetime,
        @DefaultValue("PT60S") Duration createTimeout,
        @DefaultValue("PT30S") Duration callTimeout,

        @DefaultValue List<String> packageHosts)
        implements Account {

    private static final URI VERCEL = URI.create("https://vercel.com/api");

    /** What a sandbox is made from unless a template says so. */
    enum Flavour {
        RUNTIME,
        IMAGE
    }

    VercelSettings {
        token = textOrNull(token);
        teamId = textOrNull(teamId);
        projectId = textOrNull(projectId);
        template = textOrNull(template);
        apiUrl = apiUrl == null || apiUrl.toString().isBlank() ? VERCEL : checked(apiUrl);
        allOrNone(token, teamId, projectId);
        if (token != null && !token.matches("[!-~]+")) {
            throw new IllegalArgumentException("caprock.vercel.token holds characters that no token has");
        }
        packageHosts = List.copyOf(packageHosts);
        positive("maximum-lifetime", maximumLifetime);
        positive("create-timeout", createTimeout);
        positive("call-timeout", callTimeout);
    }

    /** What a sandbox is made from, by the template that a request names; null when it names none. */
    Base base(@Nullable String wanted) {
        return Base.named(wanted == null ? template : wanted, flavour);
    }

    @Override
    public Optional<String> missing() {
        return token == null
                ? Optional.of(
                        "caprock.vercel.token, .team-id and .project-id (VERCEL_TOKEN, VERCEL_TEAM_ID, VERCEL_PROJECT_ID), "
                                + "of the account that sandboxes are made with")
                : Optional.empty();
    }

    /** The token, where the provider exists because there is one. */
    String requiredToken() {
        return Objects.requireNonNull(token, "caprock.vercel.token");
    }

    String requiredTeam() {
        return Objects.requireNonNull(teamId, "caprock.vercel.team-id");
    }

    String requiredProject() {
        return Objects.requireNonNull(projectId, "caprock.vercel.project-id");
    }

    @Override
    public String toString() {
        return "VercelSettings[token=%s, teamId=%s, projectId=%s, apiUrl=%s, flavour=%s, template=%s, maximumLifetime=%s, createTimeout=%s, callTimeout=%s, packageHosts=%s]"
                .formatted(
                        token == null ? "none" : "***",
                        teamId,
                        projectId,
                        apiUrl,
                        flavour,
                        template,
                        maximumLifetime,
                        createTimeout,
                        callTimeout,
                        packageHosts);
    }

    private static @Nullable String textOrNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static void allOrNone(@Nullable String token, @Nullable String team, @Nullable String project) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        values.put("token", token);
        values.put("team-id", team);
        values.put("project-id", project);
        var missing = new ArrayList<String>();
        values.forEach((key, value) -> {
            if (value == null) {
                missing.add("caprock.vercel." + key);
            }
        });
        if (!missing.isEmpty() && missing.size() < values.size()) {
            throw new IllegalArgumentException(
                    "Vercel needs a token, a team and a project: set %s as well, or none of the three"
                            .formatted(String.join(" and ", missing)));
        }
    }

    private static void positive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(
                    "caprock.vercel.%s must be longer than nothing but is %s".formatted(key, value));
        }
    }

    private static URI checked(URI url) {
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web || url.getHost() == null || url.getRawUserInfo() != null || url.getRawQuery() != null) {
            throw new IllegalArgumentException(
                    "caprock.vercel.api-url must be a plain http or https address"); // it may hold a password
        }
        return URI.create(url.toString().replaceFirst("/+$", ""));
    }
}
