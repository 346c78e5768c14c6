package dev.caprock.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caprock.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** The master key is exchanged while replicas are at work. */
class RotationTest {

    private static final int OLD = 1;
    private static final int NEW = 2;
    private static final byte[] SECRET = "not really secret".getBytes(UTF_8);

    private final TestDatabase database = TestDatabase.fresh();
    private final UUID owner = UUID.randomUUID();

    /** A replica as it is configured: with a current master key, and perhaps a former one. */
    private final class Replica {

        private final MasterKeys keys;
        private final Vault vault;

        Replica(int current, int... former) {
            keys = Vaults.keys(database.client(), current, former);
            vault = new Vault(database.client(), keys);
        }

        void seal(UUID owner, String name) {
            database.transactions().executeWithoutResult(status -> vault.seal(owner, name, SECRET));
        }

        boolean opens(UUID owner, String name) {
            return vault.open(owner, name)
                    .filter(secret -> new String(secret, UTF_8).equals("not really secret"))
                    .isPresent();
        }

        void rewrap() {
            rewrapping(database, keys).run();
        }
    }

    @Test
    void inEachStepEveryReplicaOpensWhatAnyOtherSeals() {
        List<List<Replica>> steps = List.of(
                List.of(new Replica(OLD), new Replica(OLD, NEW)), // the new one is made known
                List.of(new Replica(OLD, NEW), new Replica(NEW, OLD)), // and made the current one
                List.of(new Replica(NEW, OLD), new Replica(NEW, OLD)));
        List<UUID> owners = new ArrayList<>();
        for (List<Replica> replicas : steps) {
            for (Replica sealing : replicas) {
                UUID fresh = UUID.randomUUID();
                sealing.seal(fresh, "first");
                owners.add(fresh);
                for (Replica other : replicas) {
                    other.seal(fresh, "second");
                    other.rewrap();
                    assertThat(owners)
                            .allMatch(known -> replicas.stream().allMatch(each -> each.opens(known, "first")));
                }
            }
        }

        var last = new Replica(NEW); // the old one is dropped
        assertThat(owners).allMatch(known -> last.opens(known, "first") && last.opens(known, "second"));
    }

    @Test
    void aReplicaThatDoesNotKnowTheKeySaysWhich() {
        new Replica(OLD).seal(owner, "API_KEY");
        String needed = Vaults.keys(database.client(), OLD).current().id();

        assertThatThrownBy(() -> new Replica(NEW).opens(owner, "API_KEY"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wrapped by master key " + needed);
    }

    @Test
    void rewrappingLeavesSecretsAsTheyAre() {
        new Replica(OLD).seal(owner, "API_KEY");
        String before = column("select encode(ciphertext, 'hex') from sealed_secret");
        String wrapped = column("select encode(wrapped, 'hex') from data_key");

        new Replica(NEW, OLD).rewrap();

        assertThat(column("select encode(ciphertext, 'hex') from sealed_secret"))
                .isEqualTo(before);
        assertThat(column("select encode(wrapped, 'hex') from data_key")).isNotEqualTo(wrapped);
        assertThatThrownBy(() -> new Replica(OLD).opens(owner, "API_KEY")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatCannotBeRewrappedIsCountedAndHoldsNothingElseUp() {
        for (int i = 0; i < 250; i++) { // some batches
            new Replica(OLD).seal(UUID.randomUUID(), "API_KEY");
        }
        new Replica(3).seal(owner, "API_KEY");
        UUID damaged = UUID.randomUUID();
        new Replica(OLD).seal(damaged, "API_KEY");
        database.client()
                .sql("update data_key set wrapped = '\\x00' where owner = :owner")
                .param("owner", damaged)
                .update();
        var replica = new Replica(NEW, OLD);

        replica.rewrap();

        assertThat(rewrapping(database, replica.keys).left()).isEqualTo(2);
        assertThat(rewrapping(database, replica.keys).byMasterKey().entrySet().stream()
                        .filter(entry -> !replica.keys.ids().contains(entry.getKey()))
                        .mapToLong(Map.Entry::getValue)
                        .sum())
                .as("which none of its keys opens")
                .isEqualTo(1);
        assertThat(new Replica(3).opens(owner, "API_KEY")).isTrue();
    }

    @Test
    void whoeverIsForgottenOrSealedForAnewMeanwhileIsLeftAlone() throws InterruptedException {
        var first = new UUID(0, 1);
        var forgotten = new UUID(0, 2);
        var anew = new UUID(0, 3);
        var old = new Replica(OLD);
        List.of(first, forgotten, anew).forEach(each -> old.seal(each, "API_KEY"));
        var replica = new Replica(NEW, OLD);

        var rewrapping = database.inTransaction(() -> {
            database.client()
                    .sql("select from data_key where owner = :owner for update")
                    .param("owner", first)
                    .query()
                    .listOfRows();
            var begun = Thread.ofVirtual().start(replica::rewrap); // has read all three, and waits for the first
            awaitLockWait();
            return forgetElsewhere(begun, forgotten, anew);
        });
        rewrapping.join();

        assertThat(replica.vault.holds(forgotten)).isFalse();
        assertThat(replica.opens(first, "API_KEY")).isTrue();
        assertThat(replica.opens(anew, "API_KEY")).isTrue();
    }

    private Thread forgetElsewhere(Thread rewrapping, UUID forgotten, UUID anew) {
        var old = new Replica(OLD);
        var other = new TransactionTemplate(new JdbcTransactionManager(database.dataSource()));
        other.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        other.executeWithoutResult(status -> {
            old.vault.forget(forgotten);
            old.vault.forget(anew);
            old.vault.seal(anew, "API_KEY", SECRET);
        });
        return rewrapping;
    }

    /** Two replicas that do not agree which key is the current one, and others that go on sealing and opening. */
    @Test
    void nothingIsLostWhenReplicasRewrapAgainstEachOther() throws Exception {
        var one = new Replica(OLD, NEW);
        var two = new Replica(NEW, OLD);
        List<UUID> owners = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            UUID each = UUID.randomUUID();
            one.seal(each, "first");
            owners.add(each);
        }
        var work = new ArrayList<Callable<Boolean>>();
        for (Replica replica : List.of(one, two)) {
            work.add(() -> repeated(replica::rewrap));
            work.add(() -> repeated(() -> owners.forEach(each -> replica.seal(each, "second"))));
            work.add(() -> repeated(() -> assertThat(owners).allMatch(each -> replica.opens(each, "first"))));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(work)) {
                assertThat(done.get()).isTrue();
            }
        }

        two.rewrap();
        var last = new Replica(NEW);
        assertThat(owners).allMatch(each -> last.opens(each, "first") && last.opens(each, "second"));
    }

    private static boolean repeated(Runnable work) {
        for (int i = 0; i < 5; i++) {
            work.run();
        }
        return true;
    }

    static Rewrapping rewrapping(TestDatabase database, MasterKeys keys) {
        return new Rewrapping(database.client(), keys);
    }

    private void awaitLockWait() {
        await().until(() -> database.client().sql("""
                                select exists (select from pg_stat_activity
                                    where datname = current_database() and wait_event_type = 'Lock')""").query(Boolean.class).single());
    }

    private String column(String sql) {
        return database.client().sql(sql).query(String.class).single();
    }
}
