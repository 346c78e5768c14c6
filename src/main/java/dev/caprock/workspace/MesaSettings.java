package dev.caprock.workspace;

import dev.caprock.remote.Account;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How we reach Mesa.
 *
 * @param apiKey the service's own key, scope {@code admin}; absent or blank where only a private key is used, and Mesa is not
 *     configured without both. It never enters a sandbox
 * @param privateKey the organisation's private key, {@code mesa_private_key_…}: the one key that layouts are signed with, and
 *     our own calls too where there is no API key; absent or blank where only an API key is used. It never enters a sandbox
 * @param organisation the organisation's slug; absent or blank means whichever the key belongs to
 * @param apiUrl the API, version included
 * @param callTimeout how long one call may take, body included
 * @param cliVersion the version of the Mesa CLI that a sandbox installs
 * @param credentialMode what sandboxes mount with where a request does not say: {@code auto} for the first that works, or
 *     {@code derived-token}, {@code session-key}, {@code access-token} or {@code layout}
 * @param authorName who is named as the author where a private key signs: of an agent's edits, and of merges
 * @param authorEmail the author's address; absent or blank means none
 * @param serviceDomain the domain of a self-hosted Mesa, for the CLI in a sandbox; absent means the hosted one
 */
@ConfigurationProperties("caprock.mesa")
public record MesaSettings(
        @Nullable String apiKey,
        @Nullable String privateKey,
        @Nullable String organisation,
        @DefaultValue("https://api.mesa.dev/v1") URI apiUrl,
        @DefaultValue("PT20S") Duration callTimeout,
        @DefaultValue("0.46.0") String cliVersion,
        @DefaultValue(CredentialMode.AUTO) String credentialMode,
        @DefaultValue("Caprock") String authorName,
        @Nullable String authorEmail,
        @Nullable String serviceDomain)
        implements Account {

    private static final Pattern KEY = Pattern.compile("[!-~]+");
    private static final Pattern SLUG = Pattern.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?");
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+");
    private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9.-]+(?::\\d{1,5})?");

    public MesaSettings {
        apiKey = blankToNull(apiKey);
        privateKey = blankToNull(privateKey);
        authorEmail = blankToNull(authorEmail);
        organisation = owner(privateKey, blankToNull(organisation));
        serviceDomain = blankToNull(serviceDomain);
        apiUrl = URI.create(apiUrl.toString().replaceFirst("/+$", ""));
        // The key's own text must not get into a message, not even when it is wrong.
        require(matches(KEY, apiKey), "caprock.mesa.api-key must be visible ASCII without spaces");
        require(
                apiKey == null || !apiKey.startsWith("mesa_private_key_"),
                "caprock.mesa.api-key holds an organisation private key, which belongs in caprock.mesa.private-key");
        require(matches(SLUG, organisation), "caprock.mesa.organisation is not a slug: " + organisation);
        require(!PrivateKey.isIn(apiUrl.toString()), "caprock.mesa.api-url must not hold a key");
        require(
                ("https".equals(apiUrl.getScheme()) || "http".equals(apiUrl.getScheme())) && apiUrl.getHost() != null,
                "caprock.mesa.api-url must be an http or https address: " + apiUrl);
        require(apiUrl.getUserInfo() == null, "caprock.mesa.api-url must not hold a user or password");
        require(callTimeout.isPositive(), "caprock.mesa.call-timeout must be positive, not " + callTimeout);
        require(matches(VERSION, cliVersion), "caprock.mesa.cli-version must look like 0.46.0, not " + cliVersion);
        require(
                credentialMode.equals(CredentialMode.AUTO)
                        || CredentialMode.named(credentialMode).isPresent(),
                "caprock.mesa.credential-mode must be auto or one of %s, not %s"
                        .formatted(Arrays.toString(CredentialMode.values()), credentialMode));
        requireAuthor(authorName, authorEmail);
        require(matches(DOMAIN, serviceDomain), "caprock.mesa.service-domain is not a domain: " + serviceDomain);
    }

    @Override
    public Optional<String> missing() {
        return hasKey()
                ? Optional.empty()
                : Optional.of(
                        "caprock.mesa.api-key (MESA_API_KEY), a key of scope admin that the keys of sessions are minted with");
    }

    /** Whether there is any key at all. */
    boolean hasKey() {
        return apiKey != null || privateKey != null;
    }

    boolean hasPrivateKey() {
        return privateKey != null;
    }

    /** Throws {@link IllegalStateException} when there is none. */
    PrivateKey signingKey() {
        if (privateKey == null) {
            throw new IllegalStateException("Mesa has no private key: set MESA_PRIVATE_KEY");
        }
        return PrivateKey.of(privateKey);
    }

    Author author() {
        return new Author(authorName, authorEmail);
    }

    @Override
    public String toString() {
        return "MesaSettings[apiKey=%s, privateKey=%s, organisation=%s, apiUrl=%s, credentialMode=%s, cliVersion=%s]"
                .formatted(masked(apiKey), masked(privateKey), organisation, apiUrl, credentialMode, cliVersion);
    }

    private static String masked(@Nullable String key) {
        return key == null ? "none" : "***";
    }

    private static @Nullable String owner(@Nullable String privateKey, @Nullable String organisation) {
        if (privateKey == null) {
            return organisation;
        }
        String owner;
        try {
            owner = PrivateKey.of(privateKey).organisation();
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("caprock.mesa.private-key is " + wrong.getMessage());
        }
        require(
                organisation == null || organisation.equals(owner),
                "caprock.mesa.organisation is %s, but the private key belongs to %s".formatted(organisation, owner));
        return owner;
    }

    private static void requireAuthor(String name, @Nullable String email) {
        try {
            var unused = new Author(name, email);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("caprock.mesa.author-name or author-email: " + wrong.getMessage());
        }
    }

    private static @Nullable String blankToNull(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static boolean matches(Pattern pattern, @Nullable String value) {
        return value == null || pattern.matcher(value).matches();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
