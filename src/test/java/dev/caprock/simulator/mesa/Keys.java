package dev.caprock.simulator.mesa;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All API keys of the organisation, in order of creation. */
final class Keys {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<String, ApiKey> byId = new LinkedHashMap<>();
    private int last;

    /** A key at its birth, the only moment when its value is known. */
    record Issued(ApiKey key, String value) {}

    synchronized Issued issue(ApiKey.Grant grant, Instant now) {
        return issue("key_%04d".formatted(++last), grant, now);
    }

    /** The admin key that the organisation starts with. */
    synchronized Issued issueRoot(Instant now) {
        List<String> scopes = List.of("read", "write", "admin");
        return issue("key_root", new ApiKey.Grant("root", scopes, null, Map.of(), null), now);
    }

    private Issued issue(String id, ApiKey.Grant grant, Instant now) {
        byte[] random = new byte[24];
        RANDOM.nextBytes(random);
        String value = "mesa_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        return new Issued(register(id, value, grant, now), value);
    }

    /** Keeps a key of a given id and value, as known test vectors need it. */
    synchronized ApiKey register(String id, String value, ApiKey.Grant grant, Instant now) {
        ApiKey key = new ApiKey(id, hash(value), grant, now);
        byId.put(id, key);
        return key;
    }

    synchronized @Nullable ApiKey byValue(String value) {
        String hash = hash(value);
        return byId.values().stream()
                .filter(key -> key.hash().equals(hash))
                .findFirst()
                .orElse(null);
    }

    synchronized @Nullable ApiKey find(String id) {
        return byId.get(id);
    }

    synchronized ApiKey get(String id) {
        ApiKey key = byId.get(id);
        if (key == null) {
            throw new Refused(Problem.NOT_FOUND, "no API key " + id);
        }
        return key;
    }

    synchronized List<ApiKey> all() {
        return List.copyOf(byId.values());
    }

    /** The unpadded base64url text of the digest: its ASCII bytes are also the HMAC key of gen A tokens. */
    static String hash(String value) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
