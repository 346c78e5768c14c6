package dev.caprock.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.TestDatabase;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class VaultTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final byte[] SECRET = "not really secret".getBytes(UTF_8);

    private final Vault vault = vault(1);
    private final UUID owner = UUID.randomUUID();

    @Test
    void aSecretIsOpenedAsItWasSealed() {
        seal(owner, "API_KEY", SECRET);
        seal(owner, "EMPTY", new byte[0]);

        assertThat(vault.open(owner, "API_KEY"))
                .hasValueSatisfying(secret -> assertThat(secret).isEqualTo(SECRET));
        assertThat(vault.open(owner, "EMPTY"))
                .hasValueSatisfying(secret -> assertThat(secret).isEmpty());
        assertThat(vault.open(owner, "OTHER")).isEmpty();
        assertThat(vault.open(UUID.randomUUID(), "API_KEY")).isEmpty();
    }

    @Test
    void sealingAgainReplacesTheSecret() {
        seal(owner, "API_KEY", SECRET);
        seal(owner, "API_KEY", new byte[] {1});

        assertThat(vault.open(owner, "API_KEY"))
                .hasValueSatisfying(secret -> assertThat(secret).containsExactly(1));
    }

    @Test
    void noRowHoldsPlainText() {
        seal(owner, "API_KEY", SECRET);

        var plainRows = database.client()
                .sql("""
                        SELECT count(*) FROM sealed_secret s JOIN data_key USING (owner)
                        WHERE position(:secret in ciphertext) > 0 OR position(:secret in wrapped) > 0""")
                .param("secret", SECRET)
                .query(Integer.class)
                .single();
        assertThat(plainRows).isZero();
    }

    @Test
    void aForgottenOwnerHasNothingLeft() {
        seal(owner, "API_KEY", SECRET);
        assertThat(vault.holds(owner)).isTrue();

        forget();

        assertThat(vault.holds(owner)).isFalse();
        assertThat(vault.open(owner, "API_KEY")).isEmpty();
        assertThat(database.client()
                        .sql("SELECT count(*) FROM sealed_secret WHERE owner = :owner")
                        .param("owner", owner)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void aCiphertextKeptFromBeforeTheForgettingCannotBeOpened() {
        seal(owner, "API_KEY", SECRET);
        byte[] kept = ciphertext(owner, "API_KEY");
        forget();
        seal(owner, "API_KEY", new byte[] {1});

        replaceCiphertext(owner, "API_KEY", kept);

        assertUnreadable(vault, owner, "API_KEY");
    }

    @Test
    void aSecretOpensUnderItsOwnNameOnly() {
        seal(owner, "MINE", SECRET);
        seal(owner, "YOURS", SECRET);

        replaceCiphertext(owner, "YOURS", ciphertext(owner, "MINE"));

        assertUnreadable(vault, owner, "YOURS");
    }

    @Test
    void aSecretOpensForItsOwnOwnerOnlyEvenWithItsDataKey() {
        var thief = UUID.randomUUID();
        seal(owner, "API_KEY", SECRET);

        database.client().sql("""
                        WITH key AS (
                            INSERT INTO data_key SELECT :thief, wrapped, master_key FROM data_key WHERE owner = :owner)
                        INSERT INTO sealed_secret SELECT :thief, name, ciphertext FROM sealed_secret WHERE owner = :owner""").param("thief", thief).param("owner", owner).update();

        assertUnreadable(vault, thief, "API_KEY");
    }

    @Test
    void anotherMasterKeyOpensNothingAndIsNamed() {
        seal(owner, "API_KEY", SECRET);

        assertThatThrownBy(() -> vault(2).open(owner, "API_KEY"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wrapped by master key")
                .hasMessageContaining(owner.toString());
    }

    @Test
    void aRowThatLiesAboutItsMasterKeyDoesNotOpen() {
        seal(owner, "API_KEY", SECRET);
        database.client()
                .sql("UPDATE data_key SET master_key = :id WHERE owner = :owner")
                .param("id", Vaults.keys(database.client(), 2).current().id())
                .param("owner", owner)
                .update();

        assertUnreadable(vault(2), owner, "API_KEY");
    }

    @Test
    void firstSealsOfOneOwnerAtOnceMakeOneDataKey() throws Exception {
        var seals = new ArrayList<Callable<Boolean>>();
        for (int i = 0; i < 12; i++) {
            var name = "S" + i;
            seals.add(() -> {
                seal(owner, name, name.getBytes(UTF_8));
                return true;
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(seals)) {
                done.get();
            }
        }

        for (int i = 0; i < 12; i++) {
            var name = "S" + i;
            assertThat(vault.open(owner, name))
                    .hasValueSatisfying(
                            secret -> assertThat(secret).asString(UTF_8).isEqualTo(name));
        }
    }

    private void seal(UUID owner, String name, byte[] secret) {
        database.transactions().executeWithoutResult(status -> vault.seal(owner, name, secret));
    }

    private void forget() {
        database.transactions().executeWithoutResult(status -> vault.forget(owner));
    }

    private static byte[] ciphertext(UUID owner, String name) {
        return database.client()
                .sql("SELECT ciphertext FROM sealed_secret WHERE owner = :owner AND name = :name")
                .param("owner", owner)
                .param("name", name)
                .query((row, number) -> row.getBytes(1))
                .single();
    }

    private static void replaceCiphertext(UUID owner, String name, byte[] ciphertext) {
        database.client()
                .sql("UPDATE sealed_secret SET ciphertext = :ciphertext WHERE owner = :owner AND name = :name")
                .param("ciphertext", ciphertext)
                .param("owner", owner)
                .param("name", name)
                .update();
    }

    private static void assertUnreadable(Vault vault, UUID owner, String name) {
        assertThatThrownBy(() -> vault.open(owner, name))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("secrets of %s cannot be used".formatted(owner));
    }

    private static Vault vault(int key) {
        return Vaults.on(database.client(), key);
    }
}
