package dev.caprock.secrets;

import java.security.GeneralSecurityException;
import java.util.Base64;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The vault of a database, without Spring. */
public final class Vaults {

    private Vaults() {}

    /** @param masterKey any number: which master key it is */
    public static Vault on(JdbcClient database, int masterKey) {
        byte[] key = new byte[32];
        key[0] = (byte) masterKey;
        try {
            return new Vault(
                    database,
                    new MasterKey(new SecretsSettings(Base64.getEncoder().encodeToString(key), null)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
