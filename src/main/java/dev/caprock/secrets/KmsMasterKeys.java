package dev.caprock.secrets;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Master keys that are in the database, each wrapped by a key of a KMS; made when they are first asked for. */
@Component
class KmsMasterKeys {

    private static final Logger log = LoggerFactory.getLogger(KmsMasterKeys.class);

    private static final String FIND = "SELECT wrapped FROM kms_master_key WHERE kms_uri = :uri";

    private static final String ADD = """
            INSERT INTO kms_master_key (kms_uri, wrapped) VALUES (:uri, :wrapped) ON CONFLICT (kms_uri) DO NOTHING""";

    private final JdbcClient database;
    private final SecretsSettings settings;
    private final SecureRandom random = new SecureRandom();

    KmsMasterKeys(JdbcClient database, SecretsSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /**
     * The master key that this KMS key wraps, the same for all replicas. No transaction is open while the KMS is asked.
     *
     * @throws GeneralSecurityException when the KMS cannot be asked, refuses, or does not answer in time
     */
    byte[] key(String uri) throws GeneralSecurityException {
        var kms = new KmsKey(uri, settings.kmsTimeout());
        Optional<byte[]> known = find(uri);
        return kms.unwrap(known.isPresent() ? known.get() : add(uri, kms));
    }

    /** Of several replicas that start at once, one adds its key; the others take that. */
    private byte[] add(String uri, KmsKey kms) throws GeneralSecurityException {
        byte[] key = new byte[MasterKey.LENGTH];
        random.nextBytes(key);
        int added = database.sql(ADD)
                .param("uri", uri)
                .param("wrapped", kms.wrap(key))
                .update();
        if (added == 1) {
            log.info("secrets.master-key made kms={}", uri);
        }
        return find(uri).orElseThrow();
    }

    private Optional<byte[]> find(String uri) {
        return database.sql(FIND)
                .param("uri", uri)
                .query((row, number) -> row.getBytes("wrapped"))
                .optional();
    }
}
