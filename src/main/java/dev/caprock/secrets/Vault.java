package dev.caprock.secrets;

import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Keeps secrets of owners (sessions) until they are forgotten. */
@Component
public class Vault {

    private static final String DATA_KEY = "SELECT wrapped, master_key FROM data_key WHERE owner = :owner";

    private static final String ADD_DATA_KEY = """
            INSERT INTO data_key (owner, wrapped, master_key) VALUES (:owner, :wrapped, :masterKey)
            ON CONFLICT (owner) DO NOTHING""";

    private static final String SEAL = """
            INSERT INTO sealed_secret (owner, name, ciphertext) VALUES (:owner, :name, :ciphertext)
            ON CONFLICT (owner, name) DO UPDATE SET ciphertext = excluded.ciphertext""";

    private static final String OPEN = """
            SELECT ciphertext FROM sealed_secret WHERE owner = :owner AND name = :name""";

    private static final String SEALED = """
            SELECT owner, name, ciphertext, wrapped, master_key FROM sealed_secret JOIN data_key USING (owner)
            WHERE owner = ANY (:owners::uuid[])""";

    private static final String FORGET = "DELETE FROM data_key WHERE owner = :owner"; // the secrets go with it

    private static final String HOLDS = "SELECT EXISTS (SELECT FROM data_key WHERE owner = :owner)";

    private final JdbcClient database;
    private final MasterKeys masterKeys;

    Vault(JdbcClient database, MasterKeys masterKeys) {
        this.database = database;
        this.masterKeys = masterKeys;
    }

    /** Keeps a secret, in place of an earlier one of that name, in the caller's transaction. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void seal(UUID owner, String name, byte[] secret) {
        var dataKey = dataKey(owner).orElseGet(() -> addDataKey(owner));
        byte[] ciphertext = attempt(owner, () -> aead(owner, dataKey).encrypt(secret, associated(owner, name)));
        database.sql(SEAL)
                .param("owner", owner)
                .param("name", name)
                .param("ciphertext", ciphertext)
                .update();
    }

    /**
     * The secret, or empty where there is none or its owner is forgotten.
     *
     * @throws IllegalStateException where it cannot be opened: a master key that is not configured here, or a row that was tampered with
     */
    public Optional<byte[]> open(UUID owner, String name) {
        return database.sql(OPEN)
                .param("owner", owner)
                .param("name", name)
                .query((row, number) -> row.getBytes("ciphertext"))
                .optional()
                .flatMap(ciphertext -> dataKey(owner).map(dataKey -> decrypt(owner, name, dataKey, ciphertext)));
    }

    /** All secrets of several owners as they are kept, read at once. */
    public List<Sealed> sealed(Collection<UUID> owners) {
        return database.sql(SEALED)
                .param("owners", owners.stream().map(UUID::toString).toArray(String[]::new))
                .query((row, number) -> new Sealed(
                        row.getObject("owner", UUID.class),
                        row.getString("name"),
                        row.getBytes("ciphertext"),
                        new DataKey(row.getBytes("wrapped"), row.getString("master_key"))))
                .list();
    }

    /**
     * The secret, though it may have been forgotten since it was read.
     *
     * @throws IllegalStateException where it cannot be opened, as in {@link #open(UUID, String)}
     */
    public byte[] open(Sealed sealed) {
        return decrypt(sealed.owner(), sealed.name(), sealed.dataKey(), sealed.ciphertext());
    }

    /** Deletes the owner's data key and secrets in the caller's transaction. Repeating changes nothing. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void forget(UUID owner) {
        database.sql(FORGET).param("owner", owner).update();
    }

    /** Whether anything was sealed for the owner and is not forgotten. */
    public boolean holds(UUID owner) {
        return database.sql(HOLDS).param("owner", owner).query(Boolean.class).single();
    }

    private Optional<DataKey> dataKey(UUID owner) {
        return database.sql(DATA_KEY)
                .param("owner", owner)
                .query((row, number) -> new DataKey(row.getBytes("wrapped"), row.getString("master_key")))
                .optional();
    }

    /** Of several that seal first at once, one adds its key; the others wait for it and then take that. */
    private DataKey addDataKey(UUID owner) {
        MasterKey masterKey = masterKeys.current();
        byte[] wrapped = attempt(owner, () -> masterKey.newDataKey(owner));
        database.sql(ADD_DATA_KEY)
                .param("owner", owner)
                .param("wrapped", wrapped)
                .param("masterKey", masterKey.id())
                .update();
        return dataKey(owner).orElseThrow();
    }

    private byte[] decrypt(UUID owner, String name, DataKey dataKey, byte[] ciphertext) {
        return attempt(owner, () -> aead(owner, dataKey).decrypt(ciphertext, associated(owner, name)));
    }

    private Aead aead(UUID owner, DataKey dataKey) throws GeneralSecurityException {
        return masterKeys
                .find(dataKey.masterKey())
                .orElseThrow(() ->
                        new GeneralSecurityException("its data key was wrapped by master key %s, this service has %s"
                                .formatted(dataKey.masterKey(), masterKeys.ids())))
                .unwrap(owner, dataKey.wrapped());
    }

    private static byte[] attempt(UUID owner, Cryptography work) {
        try {
            return work.perform();
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException(
                    "secrets of %s cannot be used: %s".formatted(owner, failure.getMessage()), failure);
        }
    }

    private static byte[] associated(UUID owner, String name) {
        return ("caprock secret of " + owner + " named " + name).getBytes(StandardCharsets.UTF_8);
    }

    @FunctionalInterface
    private interface Cryptography {
        byte[] perform() throws GeneralSecurityException;
    }

    @SuppressWarnings("ArrayRecordComponent") // on its way from the database; never compared
    record DataKey(byte[] wrapped, String masterKey) {}
}
