package dev.caprock.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is retired may be gone; what is gone beyond that is missed. */
class RetiredAuditTest {

    private static final YearMonth MONTH = YearMonth.of(2025, 10);
    private static final Instant DUE = Instant.parse("2026-11-22T00:00:00Z");
    private static final Instant DAY_AFTER = DUE.plus(Duration.ofDays(1));
    private static final String WHOLE = "intact: 18 records in 5 chains, 3 checkpoints";
    private static final String RETIRED = "intact: 4 records in 2 chains, 3 checkpoints, 3 retired";

    /** As of a month that is gone. */
    private static GivenAudit gone() {
        var given = GivenAudit.filledOfMonth();
        assertThat(given.retiring(DUE).retire(MONTH)).as("for a day").isFalse();
        assertThat(given.retiring(DAY_AFTER).retire(MONTH)).isTrue();
        drop(given);
        return given;
    }

    private static void drop(GivenAudit given) {
        int ignored = given.database.client().sql("DROP TABLE audit_2025_10").update();
    }

    @Test
    void whatIsRetiredMayBeGone() {
        var given = gone();

        assertThat(given.inspect(1000)).isEqualTo(RETIRED);
        assertThat(given.inspect(1)).isEqualTo(RETIRED);
        assertThat(given.verify(given.export())).isEqualTo(RETIRED);
        assertThat(GivenAudit.verify(String.join("\n", given.export()) + "\n", PublicKeys.none()))
                .isEqualTo(RETIRED);
    }

    @Test
    void untilItIsGoneItIsLookedAtAsBefore() {
        var given = GivenAudit.filledOfMonth();
        boolean ignored = given.retiring(DUE).retire(MONTH);

        assertThat(given.inspect(1000)).isEqualTo(WHOLE);
        assertThat(given.verify(given.export()))
                .as("which would break if it went meanwhile")
                .isEqualTo(RETIRED);
    }

    @Test
    void aStatementNamesEachChainAndHowItEnded() {
        var given = gone();

        List<Retirement> stated = given.retirements.read(GivenAudit.TENANT, 0, 10).stream()
                .map(row -> Json.read(Base64.getDecoder().decode(row.envelope().payload()), Retirement.class))
                .toList();
        assertThat(stated).hasSize(1);
        assertThat(stated.getFirst().month()).isEqualTo("2025-10");
        assertThat(stated.getFirst().at()).isEqualTo(DUE);
        assertThat(stated.getFirst().chains())
                .extracting(head -> head.chain() + " " + head.seq())
                .containsExactly(GivenAudit.A + " 9", GivenAudit.B + " 3", GivenAudit.C + " 2");
    }

    @Test
    void theCommandSaysHowMuchIsRetired(@TempDir Path folder) throws IOException {
        var given = gone();
        Path export = Files.write(folder.resolve("audit.ndjson"), given.export());
        var out = new ByteArrayOutputStream();

        int exit =
                new VerifyCommand(new PrintStream(out, true, StandardCharsets.UTF_8)).audit(List.of(export.toString()));

        assertThat(exit).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("INTACT: 4 records in 2 chains of tenant acme")
                .contains("3 further chains are retired, of sessions up to 2025-10:");
    }

    @Test
    void nothingCanBeAppendedToARetiredChain() {
        var given = gone();

        assertThatThrownBy(() -> given.append(GivenAudit.TENANT, GivenAudit.A, 1))
                .hasMessageContaining("is retired at 9");
    }

    @Test
    void nothingOfATenantIsRetiredWhoseChainsWereTamperedWith() {
        var given = GivenAudit.filledOfMonth();
        given.hashAnew(GivenAudit.A, 3);

        for (Instant now : List.of(DUE, DAY_AFTER)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> given.retiring(now).retire(MONTH))
                    .withMessage("2025-10 is not retired: chains of 1 tenants are not as they were written");
        }

        assertThat(given.retirements.last(GivenAudit.TENANT)).isZero();
        assertThat(given.retirements.last("other"))
                .as("others are in nobody's way")
                .isOne();
        assertThat(given.inspect(1000)).startsWith("chain A, record 6: ");
    }

    /** Its chain would go without anybody having stated so. */
    @Test
    void aMonthWithARecordWhoseHeadWasRemovedStays() {
        var given = GivenAudit.filledOfMonth();
        boolean ignored = given.retiring(DUE).retire(MONTH);
        given.tamper(
                "INSERT INTO audit SELECT '0199f0a0-0000-7000-8000-0000000000ff', seq, at, tenant, subject, action, target, request_id, source_address, outcome, detail, previous, hash FROM audit WHERE chain = $A AND seq = 1");

        assertThat(given.retiring(DAY_AFTER).retire(MONTH)).isFalse();
    }

    @Test
    void severalReplicasAtOnceStateEachChainOnce() throws Exception {
        var given = GivenAudit.filledOfMonth();
        Callable<Boolean> replica = () -> given.retiring(DUE).retire(MONTH);

        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : replicas.invokeAll(Collections.nCopies(4, replica))) {
                assertThat(done.get()).isFalse();
            }
        }
        assertThat(given.retiring(DAY_AFTER).retire(MONTH)).isTrue();
        drop(given);

        assertThat(given.verify(given.export())).isEqualTo(RETIRED);
    }

    // ---- the database ------------------------------------------------------------------------------------------

    static Stream<Arguments> tampering() {
        String missed =
                "chain A, record 6: it is not the record that checkpoint 1 signed; it is missing, or it or one before it was hashed anew";
        return Stream.of(
                of(
                        "a statement removed",
                        given -> given.tamper("DELETE FROM audit_retirement WHERE tenant = 'acme'"),
                        missed,
                        "chain A, record 1: the record is missing; the head of the chain is at 9"),
                of(
                        "a statement altered",
                        given -> given.tamper(
                                "UPDATE audit_retirement SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '\"seq\":9', '\"seq\":8'), 'UTF8')"),
                        missed,
                        "retirement 1: its signature by key %s is wrong"),
                of(
                        "a statement of another tenant in its place",
                        given -> given.tamper(
                                "DELETE FROM audit_retirement WHERE tenant = 'acme'",
                                "UPDATE audit_retirement SET tenant = 'acme' WHERE tenant = 'other'"),
                        missed,
                        "retirement 1: it is of another tenant"),
                of(
                        "a statement signed by a stranger",
                        RetiredAuditTest::signAnew,
                        missed,
                        "retirement 1: it is signed by key " + STRANGER.id() + ", which is not trusted"),
                of(
                        "a chain that no statement names removed, and pointed at one",
                        given -> given.tamper(
                                "DELETE FROM audit WHERE chain = $Y",
                                "UPDATE audit_head SET retirement = 1 WHERE chain = $Y"),
                        "chain Y, record 2: it is not the record that checkpoint 1 signed; it is missing, or it or one before it was hashed anew",
                        "chain Y, record 1: the record is missing; the head of the chain is at 2"),
                of(
                        "the head of a retired chain moved on",
                        given -> given.tamper("UPDATE audit_head SET last_seq = 10 WHERE chain = $A"),
                        "chain A, record 1: the record is missing; the head of the chain is at 10",
                        "chain A, record 1: the record is missing; the head of the chain is at 10"),
                of(
                        "the head of a retired chain given another hash",
                        given -> given.tamper("UPDATE audit_head SET hash = sha256('x') WHERE chain = $A"),
                        "chain A, record 1: the record is missing; the head of the chain is at 9",
                        "chain A, record 1: the record is missing; the head of the chain is at 9"),
                of(
                        "the head of a retired chain removed",
                        given -> given.tamper("DELETE FROM audit_head WHERE chain = $A"),
                        missed,
                        "chain A, record 1: the record is missing; checkpoint 1 signed record 6"),
                of(
                        "records added to a retired chain",
                        given -> given.tamper(
                                "INSERT INTO audit SELECT $A, 2, at, tenant, subject, action, target, request_id, source_address, outcome, detail, previous, hash FROM audit WHERE chain = $Y AND seq = 1"),
                        "chain A, record 1: the record is missing",
                        RETIRED)); // an export has no records of it, whatever there is
    }

    @ParameterizedTest
    @MethodSource("tampering")
    void itIsCaught(Consumer<GivenAudit> tampering, String inspected, String exported) {
        var given = gone();
        String key = given.keys.current().id();

        tampering.accept(given);

        assertThat(named(given.inspect(1000))).isEqualTo(inspected.formatted(key));
        assertThat(named(given.verify(given.export()))).isEqualTo(exported.formatted(key));
    }

    @Test
    void aMonthThatIsGoneWithoutAStatementIsMissed() {
        var given = GivenAudit.filledOfMonth();
        drop(given);

        assertThat(given.inspect(1000)).startsWith("chain A, record 6: it is not the record that checkpoint 1 signed");
        assertThat(given.verify(given.export()))
                .isEqualTo("chain A, record 1: the record is missing; the head of the chain is at 9");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "seq = 3 | chain A, record 3: the record is missing",
                "seq > 3 | chain A, record 4: the record is missing; the head of the chain is at 9",
                "seq < 9 | chain A, record 1: the record is missing"
            })
    void whatIsDoneToARetiredChainBeforeItIsGoneIsCaught(String which, String finding) {
        var given = GivenAudit.filledOfMonth();
        boolean ignored = given.retiring(DUE).retire(MONTH);

        given.tamper("DELETE FROM audit WHERE chain = $A AND " + which);

        assertThat(given.inspect(1000)).isEqualTo(finding);
    }

    // ---- an export ---------------------------------------------------------------------------------------------

    private static final GivenAudit GONE = gone();
    private static final List<String> EXPORT = GONE.export();

    // 0 header, 1-3 checkpoints, 4 retirement, 5 heads, records of two chains, trailer
    private static final int RETIREMENT = 4;
    private static final int HEADS = 5;

    static Stream<Arguments> exportTampering() {
        return Stream.of(
                line(
                        "statement removed",
                        lines -> lines.remove(RETIREMENT),
                        "chain A, record 1: the record is missing; the head of the chain is at 9"),
                line(
                        "statement altered",
                        lines -> lines.set(RETIREMENT, altered(lines.get(RETIREMENT))),
                        "retirement 1: its signature by key %s is wrong"),
                line(
                        "statement twice",
                        lines -> lines.add(RETIREMENT, lines.get(RETIREMENT)),
                        "retirement 2: in its place is an earlier one"),
                line(
                        "statement without signature",
                        lines -> lines.set(
                                RETIREMENT,
                                lines.get(RETIREMENT).replaceFirst("\"signatures\":\\[.*?]", "\"signatures\":[]")),
                        "retirement 1: it is not signed"),
                line(
                        "checkpoint passed off as a statement",
                        lines -> lines.set(RETIREMENT, lines.get(1).replace("\"checkpoint\"", "\"retirement\"")),
                        "retirement 1: its payload type is %%s, not %s".formatted(Retirement.TYPE)),
                line(
                        "statement of another tenant",
                        lines -> lines.set(
                                RETIREMENT,
                                signed(new Retirement("other", 1, DUE, "2025-10", List.of()), GONE.keys.current())),
                        "retirement 1: it is of another tenant"),
                line(
                        "statement missing before it",
                        lines -> lines.set(
                                RETIREMENT,
                                signed(
                                        new Retirement(GivenAudit.TENANT, 2, DUE, "2025-10", List.of()),
                                        GONE.keys.current())),
                        "retirement 1: the retirement is missing"),
                line(
                        "statement among the records",
                        lines -> lines.add(HEADS, lines.remove(RETIREMENT)),
                        "line: a retirement is among the records"));
    }

    @ParameterizedTest
    @MethodSource("exportTampering")
    void itIsCaughtInAnExport(Consumer<List<String>> tampering, String finding) {
        var lines = new ArrayList<>(EXPORT);
        tampering.accept(lines);

        assertThat(lines).isNotEqualTo(EXPORT);
        assertThat(GONE.verify(lines))
                .isEqualTo(finding.formatted(
                        finding.contains("type")
                                ? Checkpoint.TYPE
                                : GONE.keys.current().id()));
    }

    /** By who has the key, and has the service state it: a checkpoint of before says otherwise. */
    @Test
    void aStatementThatEndsAChainElsewhereThanACheckpointIsCaught() {
        var given = GivenAudit.filledOfMonth();
        given.checkpoints.make(GivenAudit.TENANT);
        var heads = given.audit.ends(GivenAudit.TENANT, null, 100).stream()
                .map(end -> end.head().chain().equals(GivenAudit.A)
                        ? new dev.caprock.audit.ChainHead(GivenAudit.A, 9, "0".repeat(64))
                        : end.head())
                .filter(head -> head.chain().toString().startsWith("0199"))
                .toList();
        var forged = new Retirement(GivenAudit.TENANT, 1, DUE, "2025-10", heads);
        byte[] payload = Json.bytes(forged);
        given.retirements.add(
                forged, payload, given.keys.current().id(), given.keys.current().signature(Retirement.TYPE, payload));
        drop(given);
        given.tamper(
                "UPDATE audit_head SET retirement = 1 WHERE chain::text LIKE '0199%' AND tenant = 'acme'",
                "UPDATE audit_head SET hash = decode(repeat('00', 32), 'hex') WHERE chain = $A");

        assertThat(given.inspect(1000)).startsWith("chain A, record 9: it is not the record that checkpoint 3 signed");
        assertThat(given.verify(given.export()))
                .isEqualTo(
                        "chain A, record 9: checkpoint 3 signed another record than the one at which the chain was retired");
    }

    // ---- how it is tampered with -------------------------------------------------------------------------------

    private static final SigningKey STRANGER = SigningKey.random();

    private static void signAnew(GivenAudit given) {
        Envelope envelope =
                given.retirements.read(GivenAudit.TENANT, 0, 1).getFirst().envelope();
        byte[] payload = Base64.getDecoder().decode(envelope.payload());
        given.tamper(
                "INSERT INTO signing_key VALUES ('%s', decode('%s', 'hex'), now())"
                        .formatted(STRANGER.id(), HexFormat.of().formatHex(STRANGER.publicKey())),
                "UPDATE audit_retirement SET key_id = '%s', signature = decode('%s', 'hex') WHERE tenant = 'acme'"
                        .formatted(
                                STRANGER.id(), HexFormat.of().formatHex(STRANGER.signature(Retirement.TYPE, payload))));
    }

    private static String altered(String line) {
        String payload = line.replaceFirst(".*\"payload\":\"([^\"]*)\".*", "$1");
        byte[] other = new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8)
                .replace("\"seq\":9", "\"seq\":8")
                .getBytes(StandardCharsets.UTF_8);
        return line.replace(payload, Base64.getEncoder().encodeToString(other));
    }

    private static String signed(Retirement retirement, SigningKey key) {
        var line = new Line.SignedRetirement(key.sign(Retirement.TYPE, Json.bytes(retirement)));
        return new String(Json.bytes(line), StandardCharsets.UTF_8);
    }

    private static String named(String text) {
        return text.replace(GivenAudit.YOUNGER.toString(), "Y");
    }

    private static Arguments of(String name, Consumer<GivenAudit> tampering, String inspected, String exported) {
        return Arguments.of(Named.named(name, tampering), inspected, exported);
    }

    private static Arguments line(String name, Consumer<List<String>> tampering, String finding) {
        return Arguments.of(Named.named(name, tampering), finding);
    }
}
