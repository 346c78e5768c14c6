package dev.caprock.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.Actor;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who owns the database gets past the triggers. The service's own look, and an export made afterwards, show it all the same. */
class TamperedDatabaseTest {

    private static final String INTACT = "intact: 14 records in 3 chains, 2 checkpoints";

    @Test
    void whatNobodyTouchedIsIntact() {
        var given = GivenAudit.filled();

        assertThat(given.inspect(1000)).isEqualTo(INTACT);
        assertThat(given.verify(given.export())).isEqualTo(INTACT);
    }

    @Test
    void theServiceLooksPartByPart() {
        var given = GivenAudit.filled();

        assertThat(given.inspect(1)).isEqualTo(INTACT);
    }

    /** What comes after a head was read must not look like a forgery. */
    @Test
    void aChainThatGrowsMeanwhileIsIntact() throws InterruptedException {
        var given = new GivenAudit();
        given.append(GivenAudit.TENANT, GivenAudit.A, 1);
        var writer = Thread.startVirtualThread(() -> given.append(GivenAudit.TENANT, GivenAudit.A, 300));

        while (writer.isAlive()) {
            assertThat(given.inspect(1000)).startsWith("intact: ");
        }
        writer.join();
        assertThat(given.inspect(1000)).startsWith("intact: 301 records in 1 chains");
    }

    @Test
    void aLongChainIsLookedAtInParts() {
        var given = new GivenAudit();
        given.database.transactions().executeWithoutResult(status -> {
            for (int i = 0; i < 2500; i++) {
                given.audit.append(GivenAudit.A, Instant.EPOCH, actor(), "a", "b", "c", null);
            }
        });

        assertThat(given.inspect(1)).isEqualTo("intact: 2500 records in 1 chains, 0 checkpoints");
        given.tamper("UPDATE audit SET outcome = 'd' WHERE seq = 2100");
        assertThat(given.inspect(1)).isEqualTo("chain A, record 2100: the record is not what was hashed");
    }

    static Stream<Arguments> tampering() {
        return Stream.of(
                of(
                        "a field changed",
                        given -> given.tamper("UPDATE audit SET outcome = 'refused' WHERE chain = $A AND seq = 3"),
                        "chain A, record 3: the record is not what was hashed",
                        "chain A, record 3: the record is not what was hashed"),
                of(
                        "a tail hashed anew, head included",
                        given -> given.hashAnew(GivenAudit.A, 3),
                        "chain A, record 6: it is not the record that checkpoint 1 signed; it is missing, or it or one before it was hashed anew",
                        "chain A, record 6: checkpoint 1 signed another record here; this one, or one before it, was hashed anew"),
                of(
                        "a chain cut off together with its head",
                        given -> given.tamper(
                                "DELETE FROM audit WHERE chain = $A AND seq > 6",
                                "UPDATE audit_head SET last_seq = 6, hash = (SELECT hash FROM audit WHERE chain = $A AND seq = 6) WHERE chain = $A"),
                        "chain A, record 8: it is not the record that checkpoint 2 signed; it is missing, or it or one before it was hashed anew",
                        "chain A, record 7: the record is missing; checkpoint 2 signed record 8"),
                of(
                        "a chain removed with its head",
                        given -> given.tamper(
                                "DELETE FROM audit WHERE chain = $B", "DELETE FROM audit_head WHERE chain = $B"),
                        "chain B, record 3: it is not the record that checkpoint 2 signed; it is missing, or it or one before it was hashed anew",
                        "chain B, record 1: the record is missing; checkpoint 2 signed record 3"),
                of(
                        "a head removed",
                        given -> given.tamper("DELETE FROM audit_head WHERE chain = $B"),
                        "chain B, record 3: it is not the record that checkpoint 2 signed; it is missing, or it or one before it was hashed anew",
                        "chain B, record 1: the record is missing; checkpoint 2 signed record 3"),
                of(
                        "a chain given to another tenant",
                        given -> given.tamper("UPDATE audit_head SET tenant = 'other' WHERE chain = $B"),
                        "chain B, record 3: it is not the record that checkpoint 2 signed; it is missing, or it or one before it was hashed anew",
                        "chain B, record 1: the record is missing; checkpoint 2 signed record 3"),
                of(
                        "records in another order",
                        given -> given.tamper(
                                "UPDATE audit SET seq = 99 WHERE chain = $A AND seq = 2",
                                "UPDATE audit SET seq = 2 WHERE chain = $A AND seq = 3",
                                "UPDATE audit SET seq = 3 WHERE chain = $A AND seq = 99"),
                        "chain A, record 2: the record does not follow the one before it",
                        "chain A, record 2: the record does not follow the one before it"),
                of(
                        "a checkpoint altered",
                        given -> given.tamper(
                                "UPDATE audit_checkpoint SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '\"seq\":6', '\"seq\":5'), 'UTF8') WHERE number = 1"),
                        "checkpoint 1: its signature by key %s is wrong",
                        "checkpoint 1: its signature by key %s is wrong"),
                of(
                        "a checkpoint removed",
                        given -> given.tamper("DELETE FROM audit_checkpoint WHERE tenant = 'acme' AND number = 1"),
                        "checkpoint 1: the checkpoint is missing",
                        "checkpoint 1: the checkpoint is missing"),
                of(
                        "checkpoints in another order",
                        given -> given.tamper(
                                "UPDATE audit_checkpoint SET number = 99 WHERE number = 1",
                                "UPDATE audit_checkpoint SET number = 1 WHERE number = 2",
                                "UPDATE audit_checkpoint SET number = 2 WHERE number = 99"),
                        "checkpoint 1: the checkpoint is missing",
                        "checkpoint 1: the checkpoint is missing"),
                of(
                        "a checkpoint signed by a key that was added to the table",
                        TamperedDatabaseTest::signAnew,
                        "checkpoint 1: it is signed by key " + STRANGER.id() + ", which is not trusted",
                        "checkpoint 1: it is signed by key " + STRANGER.id() + ", which is not trusted"));
    }

    @ParameterizedTest
    @MethodSource("tampering")
    void itIsCaught(Consumer<GivenAudit> tampering, String inspected, String exported) {
        var given = GivenAudit.filled();
        String key = given.keys.current().id();
        PublicKeys trusted = given.keys.trusted(); // fetched before, as an auditor does

        tampering.accept(given);

        assertThat(given.inspect(1000)).isEqualTo(inspected.formatted(key));
        assertThat(given.verify(given.export())).isEqualTo(exported.formatted(key));
        assertThat(GivenAudit.verify(String.join("\n", given.export()) + "\n", trusted))
                .doesNotStartWith("intact");
    }

    /** What a database alone cannot show: the newest checkpoints, and what they signed, cut off together. */
    @Test
    void theLastCheckpointTellsWhoeverKeptALaterOne() {
        var given = GivenAudit.filled();
        var before = given.table.last(GivenAudit.TENANT).orElseThrow().link();

        given.tamper("DELETE FROM audit_checkpoint WHERE tenant = 'acme' AND number = 2");

        assertThat(given.inspect(1000)).startsWith("intact");
        assertThat(given.table.last(GivenAudit.TENANT).orElseThrow().link().number())
                .isLessThan(before.number());
    }

    // ---- how it is tampered with ---------------------------------------------------------------------------------

    private static final SigningKey STRANGER = SigningKey.random();

    private static void signAnew(GivenAudit given) {
        given.tamper("INSERT INTO signing_key VALUES ('%s', decode('%s', 'hex'), now())"
                .formatted(STRANGER.id(), hex(STRANGER.publicKey())));
        for (CheckpointTable.Row row : given.table.read(GivenAudit.TENANT, 0, 10)) {
            given.tamper(
                    "UPDATE audit_checkpoint SET key_id = '%s', signature = decode('%s', 'hex') WHERE tenant = 'acme' AND number = %d"
                            .formatted(
                                    STRANGER.id(),
                                    hex(STRANGER.signature(Checkpoint.TYPE, row.payload())),
                                    row.number()));
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static Actor actor() {
        return new Actor(GivenAudit.TENANT, "ann", null, null);
    }

    private static Arguments of(String name, Consumer<GivenAudit> tampering, String inspected, String exported) {
        return Arguments.of(Named.named(name, tampering), inspected, exported);
    }
}
