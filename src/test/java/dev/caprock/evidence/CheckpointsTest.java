package dev.caprock.evidence;

import static dev.caprock.evidence.GivenAudit.A;
import static dev.caprock.evidence.GivenAudit.B;
import static dev.caprock.evidence.GivenAudit.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.caprock.audit.ChainHead;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class CheckpointsTest {

    private final GivenAudit given = new GivenAudit();

    @Test
    void onlyHeadsThatHaveMovedAreSignedAgain() {
        given.append(TENANT, A, 2);
        given.append(TENANT, B, 1);
        given.checkpoints.make(TENANT);
        given.append(TENANT, B, 1);
        given.checkpoints.make(TENANT);
        given.checkpoints.make(TENANT);

        assertThat(made(TENANT))
                .extracting(checkpoint ->
                        checkpoint.heads().stream().map(ChainHead::seq).toList())
                .containsExactly(List.of(2L, 1L), List.of(2L));
    }

    @Test
    void eachTenantHasItsOwn() {
        given.append(TENANT, A, 1);
        given.append("other", B, 1);
        given.checkpoints.makeAll();

        assertThat(made(TENANT)).extracting(Checkpoint::number).containsExactly(1L);
        assertThat(made("other")).extracting(Checkpoint::number).containsExactly(1L);
    }

    @Test
    void oneTenantThatCannotBeSignedKeepsNoOtherWaiting() {
        given.database.client().sql("""
                        INSERT INTO audit_checkpoint (tenant, number, at, payload, key_id, signature)
                        VALUES ('other', 9223372036854775807, now(), 'x', 'x', 'x')""").update();
        List<String> tenants = List.of("a", "b", "c", "d", "e", TENANT);
        tenants.forEach(tenant -> given.append(tenant, UUID.randomUUID(), 1));
        given.append("other", B, 1);

        assertThatIllegalStateException().isThrownBy(given.checkpoints::makeAll).withMessageContaining("1 tenants");

        assertThat(tenants).allSatisfy(tenant -> assertThat(made(tenant)).hasSize(1));
    }

    @Test
    void manyHeadsTakeSeveralCheckpoints() {
        given.database.client().sql("""
                        INSERT INTO audit_head (chain, tenant, last_seq, hash)
                        SELECT gen_random_uuid(), 'acme', 1, sha256('x') FROM generate_series(1, 1001)""").update();

        given.checkpoints.make(TENANT);

        assertThat(made(TENANT))
                .extracting(checkpoint -> checkpoint.heads().size())
                .containsExactly(1000, 1);
    }

    @Test
    void aChainThatSomebodyAppendsToIsLeftForTheNextTime() {
        given.append(TENANT, A, 1);
        given.append(TENANT, B, 1);

        given.database.transactions().executeWithoutResult(appending -> {
            given.database
                    .client()
                    .sql("SELECT FROM audit_head WHERE chain = :chain FOR UPDATE")
                    .param("chain", A)
                    .query()
                    .singleRow();
            try (var other = Executors.newVirtualThreadPerTaskExecutor()) {
                other.submit(() -> given.checkpoints.make(TENANT));
            }
        });
        given.checkpoints.make(TENANT);

        assertThat(made(TENANT))
                .extracting(checkpoint ->
                        checkpoint.heads().stream().map(ChainHead::chain).toList())
                .containsExactly(List.of(B), List.of(A));
    }

    @Test
    void severalReplicasAtOnceMakeOneChainOfCheckpoints() throws Exception {
        Callable<Void> work = () -> {
            for (int i = 0; i < 10; i++) {
                given.append(TENANT, UUID.randomUUID(), 1);
                given.checkpoints.make(TENANT);
            }
            return null;
        };
        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : replicas.invokeAll(Collections.nCopies(4, work))) {
                done.get();
            }
        }

        assertThat(made(TENANT).stream().flatMap(checkpoint -> checkpoint.heads().stream()))
                .hasSize(40)
                .doesNotHaveDuplicates();
        assertThat(given.inspect(1000)).startsWith("intact: 40 records in 40 chains");
    }

    private List<Checkpoint> made(String tenant) {
        return given.table.read(tenant, 0, 1000).stream()
                .map(row -> Json.read(row.payload(), Checkpoint.class))
                .toList();
    }
}
