package dev.caprock.evidence;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The public keys, over REST: a JWK set (RFC 8037), or PEM for those who accept it. */
@RestController
@RequestMapping("/v1/audit/keys")
class KeyController {

    private static final String PEM = "application/x-pem-file";

    /** An Ed25519 SubjectPublicKeyInfo is these many bytes before the key itself. */
    private static final int PREFIX = 12;

    private final SigningKeys keys;

    KeyController(SigningKeys keys) {
        this.keys = keys;
    }

    record Set(List<Key> keys) {}

    /**
     * A JWK, with its PEM and what we know of it beside.
     *
     * @param kid SHA-256 of the key as SubjectPublicKeyInfo, in hexadecimal
     * @param current whether it signs now; else it did once
     */
    record Key(
            String kty,
            String crv,
            String x,
            String kid,
            String alg,
            String use,
            String pem,
            Instant firstUsedAt,
            boolean current) {}

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    Set set() {
        String current = keys.current().id();
        return new Set(keys.published().stream().map(each -> key(each, current)).toList());
    }

    @GetMapping(produces = PEM)
    byte[] pem() {
        String ignored = keys.current().id(); // made, if there was none
        return keys.published().stream()
                .map(KeyController::pem)
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Key key(SigningKeys.Published key, String current) {
        byte[] raw = Arrays.copyOfRange(key.encoded(), PREFIX, key.encoded().length);
        return new Key(
                "OKP",
                "Ed25519",
                Base64.getUrlEncoder().withoutPadding().encodeToString(raw),
                key.id(),
                "EdDSA",
                "sig",
                pem(key),
                key.firstUsedAt(),
                key.id().equals(current));
    }

    private static String pem(SigningKeys.Published key) {
        return "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                .formatted(Base64.getEncoder().encodeToString(key.encoded()));
    }
}
