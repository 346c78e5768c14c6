package dev.caprock.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What signs the audit chains, and how often. At most one of the two keys is set, all replicas have the same; with none the
 * service makes a key at its first signature and keeps it sealed under the master key.
 *
 * @param signingKey an Ed25519 private key in PKCS#8, as PEM or its base64 alone: {@code openssl genpkey -algorithm ed25519}
 * @param signingKeyFile a file that holds the same
 * @param checkpointInterval from one checkpoint's end to the next one's beginning, over all replicas; at least 1 second. What was
 *     recorded since the last checkpoint can be rewritten by whoever owns the database
 */
@ConfigurationProperties("caprock.audit")
record AuditSettings(
        @Nullable String signingKey,
        @Nullable Path signingKeyFile,
        @DefaultValue("1h") Duration checkpointInterval) {

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final String HOW = "make one with: openssl genpkey -algorithm ed25519";

    AuditSettings {
        signingKey = signingKey == null || signingKey.isBlank() ? null : signingKey;
        if (signingKey != null && signingKeyFile != null) {
            throw new IllegalArgumentException(
                    "set at most one of caprock.audit.signing-key and caprock.audit.signing-key-file");
        }
        if (checkpointInterval.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "caprock.audit.checkpoint-interval must be at least 1s but is " + checkpointInterval);
        }
        // One that cannot be used is told with whatever else is wrong, not at the first signature.
        boolean ignored = key(signingKey, signingKeyFile).isPresent();
    }

    /** Empty when none is configured. */
    Optional<SigningKey> configuredKey() {
        return key(signingKey, signingKeyFile);
    }

    private static Optional<SigningKey> key(@Nullable String signingKey, @Nullable Path signingKeyFile) {
        String name = signingKey != null ? "caprock.audit.signing-key" : "" + signingKeyFile;
        try {
            return text(signingKey, signingKeyFile).map(SigningKey::of);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalStateException("%s is %s; %s".formatted(name, malformed.getMessage(), HOW));
        }
    }

    private static Optional<String> text(@Nullable String signingKey, @Nullable Path signingKeyFile) {
        if (signingKeyFile == null) {
            return Optional.ofNullable(signingKey);
        }
        try {
            return Optional.of(Files.readString(signingKeyFile));
        } catch (IOException unreadable) {
            throw new IllegalStateException(
                    "caprock.audit.signing-key-file cannot be read: %s; %s".formatted(signingKeyFile, HOW), unreadable);
        }
    }

    @Override
    public String toString() {
        return "AuditSettings[signingKey=%s, signingKeyFile=%s, checkpointInterval=%s]"
                .formatted(signingKey == null ? null : "***", signingKeyFile, checkpointInterval);
    }
}
