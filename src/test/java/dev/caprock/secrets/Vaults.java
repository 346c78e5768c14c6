package dev.caprock.secrets;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The vault of a database, without Spring. */
public final class Vaults {

    private Vaults() {}

    /**
     * @param masterKey any number: which master key it is
     * @param former which others it knows
     */
    public static Vault on(JdbcClient database, int masterKey, int... former) {
        return new Vault(database, keys(database, masterKey, former));
    }

    static MasterKeys keys(JdbcClient database, int masterKey, int... former) {
        return keys(
                database,
                settings(
                        text(masterKey),
                        null,
                        Arrays.stream(former).mapToObj(Vaults::text).toList()));
    }

    static MasterKeys keys(JdbcClient database, SecretsSettings settings) {
        try {
            return new MasterKeys(settings, new KmsMasterKeys(database, settings));
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException(failure.getMessage(), failure);
        }
    }

    static SecretsSettings settings(@Nullable String masterKey, @Nullable String kmsUri, List<String> former) {
        return new SecretsSettings(masterKey, null, kmsUri, Duration.ofSeconds(5), former);
    }

    /** A master key as it is configured. */
    static String text(int masterKey) {
        byte[] key = new byte[MasterKey.LENGTH];
        key[0] = (byte) masterKey;
        return Base64.getEncoder().encodeToString(key);
    }
}
