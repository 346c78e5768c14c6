package dev.caprock.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** A master key that a KMS wraps. */
class KmsTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final byte[] SECRET = "not really secret".getBytes(UTF_8);

    private final String uri = "fake-kms://" + UUID.randomUUID();
    private final UUID owner = UUID.randomUUID();

    @Test
    void theServiceMakesTheMasterKeyAndTheKmsUnwrapsItAtEachStart() {
        seal(vault(uri));

        assertThat(vault(uri).open(owner, "API_KEY"))
                .hasValueSatisfying(secret -> assertThat(secret).isEqualTo(SECRET));
    }

    @Test
    void withoutTheKmsTheDatabaseOpensNothing() {
        seal(vault(uri));

        assertThatThrownBy(() -> vault("fake-kms://another").open(owner, "API_KEY"))
                .hasMessageContaining("wrapped by master key");
        database.client()
                .sql("update kms_master_key set kms_uri = kms_uri || '/copy' where kms_uri = :uri")
                .param("uri", uri)
                .update();
        assertThatThrownBy(() -> vault(uri + "/copy")).hasMessageContaining(uri + "/copy could not unwrap");
    }

    @Test
    void replicasThatStartAtOnceTakeOneKey() throws Exception {
        var starts = new ArrayList<Callable<String>>();
        for (int i = 0; i < 8; i++) {
            starts.add(() -> Vaults.keys(database.client(), Vaults.settings(null, uri, List.of()))
                    .current()
                    .id());
        }
        Set<String> ids = new HashSet<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var started : threads.invokeAll(starts)) {
                ids.add(started.get());
            }
        }

        assertThat(ids).hasSize(1);
    }

    @Test
    void onceStartedNobodyAsksTheKms() {
        Vault vault = vault(uri);
        int calls = FakeKms.CALLS.get();

        seal(vault);
        assertThat(vault.open(owner, "API_KEY")).isPresent();

        assertThat(FakeKms.CALLS).hasValue(calls);
    }

    @Test
    void aLocalKeyGivesWayToTheKms() {
        seal(Vaults.on(database.client(), 1));
        var keys = Vaults.keys(database.client(), Vaults.settings(null, uri, List.of(Vaults.text(1))));

        RotationTest.rewrapping(database, keys).run();

        assertThat(vault(uri).open(owner, "API_KEY")).isPresent();
    }

    @Test
    void aKmsThatRefusesIsNamedWithTheKey() {
        assertThatThrownBy(() -> vault(uri + "/down"))
                .hasMessageContaining("%s/down could not wrap a master key: access denied".formatted(uri));
    }

    @Test
    void aKmsThatDoesNotAnswerHoldsNobodyUp() {
        var settings = new SecretsSettings(null, null, uri + "/silent", Duration.ofMillis(100), List.of());

        assertThatThrownBy(() -> Vaults.keys(database.client(), settings))
                .hasMessageContaining("no answer within PT0.1S");
    }

    @Test
    void aKmsThatNoClientKnowsIsNamed() {
        assertThatThrownBy(() -> vault("other-kms://key")).hasMessageContaining("other-kms://key");
    }

    private Vault vault(String uri) {
        return new Vault(database.client(), Vaults.keys(database.client(), Vaults.settings(null, uri, List.of())));
    }

    private void seal(Vault vault) {
        database.transactions().executeWithoutResult(status -> vault.seal(owner, "API_KEY", SECRET));
    }
}
