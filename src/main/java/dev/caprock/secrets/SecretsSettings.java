package dev.caprock.secrets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the master keys are. Exactly one of the first three is set, and says where the current one is, which wraps new data keys.
 * There is no default; losing it loses the secrets of all open sessions.
 *
 * @param masterKey 32 random bytes in base64, as {@code openssl rand -base64 32} prints them
 * @param masterKeyFile a file that holds the same
 * @param kmsUri a key of a KMS, as Tink writes it ({@code aws-kms://…}, {@code gcp-kms://…}): it wraps a master key that the service
 *     makes by itself. Tink's client for that KMS must be on the class path
 * @param kmsTimeout how long a KMS may take to answer, which is only asked at start; longer than nothing
 * @param formerMasterKeys further master keys, which only unwrap: those from before, and one that is to become the current one. Each
 *     is 32 bytes in base64, {@code file:} and the path of a file that holds them, or the URI of a KMS
 */
@ConfigurationProperties("caprock.secrets")
record SecretsSettings(
        @Nullable String masterKey,
        @Nullable Path masterKeyFile,
        @Nullable String kmsUri,
        @DefaultValue("5s") Duration kmsTimeout,
        @DefaultValue List<String> formerMasterKeys) {

    private static final String HOW = "make one with: openssl rand -base64 32";
    private static final String FORMER = "caprock.secrets.former-master-keys";
    private static final String FILE = "file:";

    SecretsSettings {
        masterKey = masterKey == null || masterKey.isBlank() ? null : masterKey;
        kmsUri = kmsUri == null || kmsUri.isBlank() ? null : kmsUri;
        if (Stream.of(masterKey != null, masterKeyFile != null, kmsUri != null)
                        .filter(set -> set)
                        .count()
                != 1) {
            throw new IllegalArgumentException("set exactly one of caprock.secrets.master-key, "
                    + "caprock.secrets.master-key-file and caprock.secrets.kms-uri; " + HOW);
        }
        if (!kmsTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "caprock.secrets.kms-timeout must be longer than nothing but is " + kmsTimeout);
        }
        formerMasterKeys = List.copyOf(formerMasterKeys);
        // Keys that cannot be used are told with whatever else is wrong, not later.
        KeySource ignored = current(masterKey, masterKeyFile, kmsUri);
        int ignoredToo = former(formerMasterKeys).size();
    }

    KeySource current() {
        return current(masterKey, masterKeyFile, kmsUri);
    }

    List<KeySource> former() {
        return former(formerMasterKeys);
    }

    private static KeySource current(
            @Nullable String masterKey, @Nullable Path masterKeyFile, @Nullable String kmsUri) {
        if (kmsUri != null) {
            return new KeySource.Kms(kmsUri);
        }
        return masterKey != null
                ? given("caprock.secrets.master-key", masterKey)
                : inFile("caprock.secrets.master-key-file", Objects.requireNonNull(masterKeyFile));
    }

    private static List<KeySource> former(List<String> entries) {
        return entries.stream().map(String::strip).map(SecretsSettings::former).toList();
    }

    private static KeySource former(String entry) {
        if (entry.startsWith(FILE)) {
            return inFile(FORMER, Path.of(entry.substring(FILE.length())));
        }
        return entry.contains("://") ? new KeySource.Kms(entry) : given(FORMER, entry);
    }

    private static KeySource inFile(String where, Path file) {
        try {
            return given(file.toString(), Files.readString(file));
        } catch (IOException unreadable) {
            throw new IllegalStateException("%s cannot be read: %s; %s".formatted(where, file, HOW), unreadable);
        }
    }

    private static KeySource given(String where, String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException malformed) {
            key = new byte[0]; // without the cause: it may quote the key
        }
        if (key.length != MasterKey.LENGTH) {
            throw new IllegalStateException(
                    "%s must be %d bytes in base64; %s".formatted(where, MasterKey.LENGTH, HOW));
        }
        return new KeySource.Given(key);
    }

    @Override
    public String toString() {
        return "SecretsSettings[masterKey=%s, masterKeyFile=%s, kmsUri=%s, kmsTimeout=%s, formerMasterKeys=%d]"
                .formatted(
                        masterKey == null ? null : "***", masterKeyFile, kmsUri, kmsTimeout, formerMasterKeys.size());
    }
}
