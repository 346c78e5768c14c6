package dev.caprock.secrets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the master key is: exactly one of the two is set, all replicas have the same. There is no default; losing it loses the
 * secrets of all open sessions.
 *
 * @param masterKey 32 random bytes in base64, as {@code openssl rand -base64 32} prints them
 * @param masterKeyFile a file that holds the same
 */
@ConfigurationProperties("caprock.secrets")
record SecretsSettings(@Nullable String masterKey, @Nullable Path masterKeyFile) {

    private static final int LENGTH = 32;
    private static final String HOW = "make one with: openssl rand -base64 32";

    SecretsSettings {
        masterKey = masterKey == null || masterKey.isBlank() ? null : masterKey;
        if ((masterKey == null) == (masterKeyFile == null)) {
            throw new IllegalArgumentException(
                    "set exactly one of caprock.secrets.master-key and caprock.secrets.master-key-file; " + HOW);
        }
    }

    /** The 32 bytes of the master key. */
    byte[] masterKeyBytes() {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(masterKeyText().strip());
        } catch (IllegalArgumentException malformed) {
            key = new byte[0]; // without the cause: it may quote the key
        }
        if (key.length != LENGTH) {
            throw new IllegalStateException("%s must be %d bytes in base64; %s"
                    .formatted(masterKey != null ? "caprock.secrets.master-key" : masterKeyFile, LENGTH, HOW));
        }
        return key;
    }

    private String masterKeyText() {
        if (masterKey != null) {
            return masterKey;
        }
        try {
            return Files.readString(Objects.requireNonNull(masterKeyFile));
        } catch (IOException unreadable) {
            throw new IllegalStateException(
                    "caprock.secrets.master-key-file cannot be read: %s; %s".formatted(masterKeyFile, HOW), unreadable);
        }
    }

    @Override
    public String toString() {
        return "SecretsSettings[masterKey=%s, masterKeyFile=%s]"
                .formatted(masterKey == null ? null : "***", masterKeyFile);
    }
}
