package dev.caprock.workspace;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Signs tokens, from now on. No call is made. */
record Signer(Clock clock, RandomGenerator random) {

    /** Of a token for one request of our own. */
    private static final Duration REQUEST = Duration.ofMinutes(15);

    /** A token and what tells it from others. */
    record Signed(String id, String token, Instant expiresAt) {

        @Override
        public String toString() {
            return "Signed[id=%s, token=***, expiresAt=%s]".formatted(id, expiresAt);
        }
    }

    /** @param repos full names; null means all that the key opens */
    Signed ofKey(MintedKey key, List<String> scopes, @Nullable List<String> repos, Duration life) {
        Instant now = now();
        UUID id = id();
        String token = new AccessToken(key.id(), scopes, repos, now, life, id).signedWith(key.secret());
        return new Signed(id.toString(), token, now.plusSeconds(life.toSeconds()));
    }

    /** @param access what it opens, see {@link LayoutToken} */
    Signed ofOrganisation(PrivateKey key, List<Author> authors, Map<String, String> access, Duration life) {
        Instant now = now();
        UUID id = id();
        String token = new LayoutToken(authors, access, now, life, id).signedWith(key);
        return new Signed(id.toString(), token, now.plusSeconds(life.toSeconds()));
    }

    /** A token for one request of our own, which may do everything: never for a sandbox. */
    String forRequest(PrivateKey key, List<Author> authors) {
        return new LayoutToken(authors, null, now(), REQUEST, id()).signedWith(key);
    }

    private Instant now() {
        return Instant.ofEpochSecond(clock.instant().getEpochSecond());
    }

    /** A random UUID, version 4. */
    private UUID id() {
        long high = random.nextLong() & ~0xF000L | 0x4000L;
        long low = random.nextLong() & ~(0xC0L << 56) | 0x80L << 56;
        return new UUID(high, low);
    }
}
