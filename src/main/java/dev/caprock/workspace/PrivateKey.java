package dev.caprock.workspace;

import dev.caprock.crypto.Ed25519Key;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An organisation's private key: {@code mesa_private_key_<organisation>_<key>}, the key being the base64url text of an
 * Ed25519 key in PKCS#8, as Mesa's dashboard shows it (SDK 0.43 and later). Whoever has it may do everything in the
 * organisation; it never enters a sandbox, a message or a log.
 */
final class PrivateKey {

    private static final String PREFIX = "mesa_private_key_";
    private static final Pattern TEXT =
            Pattern.compile(PREFIX + "([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)_([A-Za-z0-9_-]{64})");

    private final String organisation;
    private final Ed25519Key key;

    private PrivateKey(String organisation, Ed25519Key key) {
        this.organisation = organisation;
        this.key = key;
    }

    /** Throws {@link IllegalArgumentException}, without any of the text, when it is no such key. */
    static PrivateKey of(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not of the form mesa_private_key_<organisation>_<64 characters>");
        }
        return new PrivateKey(
                parts.group(1), Ed25519Key.of(Base64.getUrlDecoder().decode(parts.group(2))));
    }

    /** Whether a text holds what looks like a private key: such a text goes to nobody. */
    static boolean isIn(String text) {
        return text.contains(PREFIX) || text.contains("-----BEGIN");
    }

    /** The slug of the organisation whose key it is. */
    String organisation() {
        return organisation;
    }

    /** The {@code x} of its public JWK. */
    String publicPart() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.publicBytes());
    }

    byte[] signature(byte[] message) {
        return key.signature(message);
    }

    @Override
    public String toString() {
        return "PrivateKey[organisation=%s, key=***]".formatted(organisation);
    }
}
