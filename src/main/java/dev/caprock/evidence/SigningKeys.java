package dev.caprock.evidence;

import dev.caprock.problem.Problem;
import dev.caprock.secrets.Vault;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The key that signs, and all that ever did. The table of public keys is not believed as it stands, or whoever can write to the
 * database could add a key and sign with it: each is sealed in the vault too, which takes the master key.
 */
@Component
class SigningKeys {

    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

    private static final UUID OWNER =
            UUID.nameUUIDFromBytes("caprock audit signing keys".getBytes(StandardCharsets.UTF_8));

    private static final String MADE_HERE = "signing-key";

    private final AuditSettings settings;
    private final Vault vault;
    private final JdbcClient database;
    private final TransactionTemplate transactions;
    private final Clock clock;
    private @Nullable SigningKey current;

    SigningKeys(
            AuditSettings settings, Vault vault, JdbcClient database, TransactionTemplate transactions, Clock clock) {
        this.settings = settings;
        this.vault = vault;
        this.database = database;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** @param encoded as SubjectPublicKeyInfo */
    @SuppressWarnings("ArrayRecordComponent") // on its way from the database; never compared
    record Published(String id, byte[] encoded, Instant firstUsedAt) {}

    /** The key that signs from now on; made when there is none yet. */
    synchronized SigningKey current() {
        if (current == null) {
            try {
                current = transactions.execute(status -> take());
            } catch (IllegalStateException unusable) {
                log.error("audit.signing-key cannot be used: {}", unusable.getMessage());
                // not 503: sending it again mends nothing
                throw new Problem(
                        HttpStatus.NOT_IMPLEMENTED,
                        "no_signing_key",
                        "The key that signs audit records cannot be used.",
                        "Start the service with the master key that sealed it, or with CAPROCK_SIGNING_KEY set.");
            }
        }
        return current;
    }

    /** All keys that ever signed here, oldest first. */
    List<Published> published() {
        return database
                .sql("select id, public_key, first_used_at from signing_key order by first_used_at, id")
                .query((row, number) -> new Published(
                        row.getString("id"),
                        row.getBytes("public_key"),
                        row.getObject("first_used_at", OffsetDateTime.class).toInstant()))
                .list()
                .stream()
                .filter(this::isOurs)
                .toList();
    }

    PublicKeys trusted() {
        return PublicKeys.of(published().stream().map(Published::encoded).toList());
    }

    private SigningKey take() {
        // Of several replicas that start at once, one makes the key; the others wait here and then find it.
        database.sql("select pg_advisory_xact_lock(hashtext('caprock signing key'))")
                .query()
                .singleRow();
        SigningKey key = settings.configuredKey()
                .or(() -> vault.open(OWNER, MADE_HERE).map(SigningKey::of))
                .orElseGet(this::make);
        publish(key);
        return key;
    }

    private SigningKey make() {
        SigningKey key = SigningKey.random();
        vault.seal(OWNER, MADE_HERE, key.pkcs8());
        log.info("audit.signing-key made keyId={}", key.id());
        return key;
    }

    private void publish(SigningKey key) {
        int added = database.sql("""
                        insert into signing_key (id, public_key, first_used_at) values (:id, :key, :now)
                            on conflict (id) do nothing""")
                .param("id", key.id())
                .param("key", key.publicKey())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
        if (added == 1 || !vault.open(OWNER, sealedName(key.id())).isPresent()) {
            vault.seal(OWNER, sealedName(key.id()), key.publicKey());
        }
    }

    private boolean isOurs(Published key) {
        if (current != null && Arrays.equals(current.publicKey(), key.encoded())) {
            return true;
        }
        try {
            return vault.open(OWNER, sealedName(key.id()))
                    .filter(kept -> Arrays.equals(kept, key.encoded()))
                    .isPresent();
        } catch (IllegalStateException unusable) {
            log.warn("audit.signing-key keyId={} is not trusted: {}", key.id(), unusable.getMessage());
            return false;
        }
    }

    private static String sealedName(String id) {
        return "public-key/" + id;
    }
}
