package dev.caprock.workspace;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A token that an organisation's private key signs without any call: EdDSA with an access map, as SDK 0.48 and later make it.
 * It cannot be revoked.
 *
 * @param authors of the changes made with it; at most 100, none only where nothing is changed
 * @param access {@code read-repo} or {@code write-repo} by bare repository name, 1 to 250; null means everything in the
 *     organisation, which only calls of our own may have
 * @param issuedAt counted in whole seconds, the rest is dropped
 * @param life 1 s to 4 h, in whole seconds
 * @param id random, unique to this token
 */
record LayoutToken(
        List<Author> authors, @Nullable Map<String, String> access, Instant issuedAt, Duration life, UUID id) {

    private static final Duration LONGEST = CredentialMode.LAYOUT.longestLife();
    private static final int MOST_REPOS = 250;
    private static final int MOST_AUTHORS = 100;

    LayoutToken {
        authors = List.copyOf(authors);
        if (life.toSeconds() < 1 || life.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a token lives between 1 s and 4 h, not " + life);
        }
        if (authors.size() > MOST_AUTHORS) {
            throw new IllegalArgumentException("a token names at most 100 authors, not " + authors.size());
        }
        if (access != null) {
            if (access.isEmpty() || access.size() > MOST_REPOS) {
                throw new IllegalArgumentException("a token opens 1 to 250 repositories, not " + access.size());
            }
            if (authors.isEmpty()) {
                throw new IllegalArgumentException("a token that opens repositories names an author");
            }
            access = Collections.unmodifiableMap(new LinkedHashMap<>(access));
        }
    }

    /** What a session may do: Mesa compares names without regard to case, and the right to write wins. */
    static Map<String, String> accessTo(List<MountedRepo> repos) {
        var access = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        repos.forEach(repo -> access.merge(
                repo.name(),
                repo.writable() ? "write-repo" : "read-repo",
                (one, other) -> repo.writable() ? other : one));
        return access;
    }

    String signedWith(PrivateKey key) {
        long start = issuedAt.getEpochSecond();
        var header = new Header("EdDSA", "mesa-at+jwt", new Jwk("OKP", "Ed25519", key.publicPart()));
        var claims = new Claims(
                key.organisation(),
                "mesa-api",
                authors,
                access == null ? true : null,
                access,
                start,
                start + life.toSeconds(),
                id.toString());
        return Jws.signed(header, claims, key::signature);
    }

    @JsonPropertyOrder({"alg", "typ", "jwk"})
    private record Header(String alg, String typ, Jwk jwk) {}

    @JsonPropertyOrder({"kty", "crv", "x"})
    private record Jwk(String kty, String crv, String x) {}

    @JsonPropertyOrder({"iss", "aud", "authors", "admin", "access", "iat", "exp", "jti"})
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Claims(
            String iss,
            String aud,
            List<Author> authors,
            @Nullable Boolean admin,
            @Nullable Map<String, String> access,
            long iat,
            long exp,
            String jti) {}
}
