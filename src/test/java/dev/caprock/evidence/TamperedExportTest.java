package dev.caprock.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;

import dev.caprock.audit.AuditRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An export that was tampered with is found out, and the first bad record named, by who has only the public keys. */
class TamperedExportTest {

    // The lines of the export: 0 header, 1-2 checkpoints, 3 heads, 4-12 of A, 13-15 of B, 16-17 of C, 18 trailer.
    private static final int CHECKPOINT_1 = 1;
    private static final int CHECKPOINT_2 = 2;
    private static final int HEADS = 3;
    private static final int A_1 = 4;
    private static final int B_1 = 13;
    private static final int C_1 = 16;
    private static final int TRAILER = 18;

    private static final GivenAudit given = GivenAudit.filled();
    private static final List<String> EXPORT = given.export();

    @Test
    void anExportAsItWasWrittenIsIntact() {
        assertThat(EXPORT).hasSize(TRAILER + 1);
        assertThat(given.verify(EXPORT)).isEqualTo("intact: 14 records in 3 chains, 2 checkpoints");
    }

    @Test
    void itSaysHowManyRecordsNoCheckpointCovers() throws IOException {
        byte[] export = (String.join("\n", EXPORT) + "\n").getBytes(StandardCharsets.UTF_8);

        assertThat(ExportCheck.of(new ByteArrayInputStream(export), given.keys.trusted()))
                .isInstanceOfSatisfying(
                        ExportCheck.Result.Intact.class,
                        intact -> assertThat(intact.behind()).isEqualTo(3));
    }

    static Stream<Arguments> tampering() {
        var all = new ArrayList<Arguments>();
        var fields = List.of(
                "\"at\":\"2026-11-21T10:00:00.123456Z\"", "\"at\":\"2026-11-21T10:00:00.123457Z\"",
                "\"tenant\":\"acme\"", "\"tenant\":\"evil\"",
                "\"subject\":\"ann\"", "\"subject\":\"bob\"",
                "\"action\":\"run.queued\"", "\"action\":\"run.started\"",
                "\"target\":\"run_", "\"target\":\"ses_",
                "\"requestId\":\"req-1\"", "\"requestId\":null",
                "\"sourceAddress\":\"192.0.2.1\"", "\"sourceAddress\":\"192.0.2.2\"",
                "\"outcome\":\"done\"", "\"outcome\":\"refused\"",
                "{\\\"number\\\":2}", "{\\\"number\\\":3}");
        for (int i = 0; i < fields.size(); i += 2) {
            String from = fields.get(i);
            String to = fields.get(i + 1);
            all.add(of(
                    "changed to " + to,
                    lines -> change(lines, A_1 + 2, from, to),
                    "chain A, record 3: the record is not what was hashed"));
        }
        all.addAll(List.of(
                of(
                        "changed hash",
                        lines -> change(lines, A_1 + 2, "\"hash\":\"", "\"hash\":\"0"),
                        "chain A, record 3: the record is not written as records are"),
                of(
                        "time with more digits",
                        lines -> change(lines, A_1, ".123456Z", ".1234561Z"),
                        "chain A, record 1: the record is not written as records are"),
                of("first record deleted", lines -> lines.remove(A_1), "chain A, record 1: the record is missing"),
                of("middle record deleted", lines -> lines.remove(A_1 + 3), "chain A, record 4: the record is missing"),
                of(
                        "last record deleted",
                        lines -> lines.remove(A_1 + 8),
                        "chain A, record 9: the record is missing; the head of the chain is at 9"),
                of(
                        "all records of a chain deleted",
                        lines -> lines.subList(B_1, C_1).clear(),
                        "chain B, record 1: the record is missing; the head of the chain is at 3"),
                of(
                        "two records swapped",
                        lines -> swap(lines, A_1 + 1, A_1 + 2),
                        "chain A, record 2: the record is missing"),
                of(
                        "a record twice",
                        lines -> lines.add(A_1 + 2, lines.get(A_1 + 1)),
                        "chain A, record 3: in its place is record 2 again"),
                of(
                        "two chains swapped",
                        lines -> lines.addAll(A_1, take(lines, B_1, C_1)),
                        "chain A, record 1: the record is missing; the head of the chain is at 9"),
                of(
                        "a record of another tenant's chain",
                        lines -> lines.add(C_1, ofOthers()),
                        "chain C, record 1: the record is missing; the head of the chain is at 2"),
                of(
                        "a record of another tenant's chain at the end",
                        lines -> lines.add(TRAILER, ofOthers()),
                        "chain %s, record 1: no signed head names its chain here".formatted(GivenAudit.OF_OTHERS)),
                of(
                        "a record added behind the head",
                        lines -> lines.add(TRAILER, appended()),
                        "chain C, record 3: the record is beyond the head of the chain"),
                of(
                        "a record changed and hashed anew",
                        lines -> lines.set(A_1 + 2, hashedAnew(lines.get(A_1 + 2))),
                        "chain A, record 4: the record does not follow the one before it"),
                of(
                        "a tail hashed anew",
                        lines -> hashAnew(lines, A_1 + 2, A_1 + 8),
                        "chain A, record 6: checkpoint 1 signed another record here; this one, or one before it, was hashed anew"),
                of(
                        "a tail behind the last checkpoint hashed anew",
                        lines -> hashAnew(lines, C_1, C_1 + 1),
                        "chain C, record 2: the head of the chain has another hash"),
                of(
                        "heads removed",
                        lines -> lines.remove(HEADS),
                        "chain A, record 1: no signed head names its chain here"),
                of(
                        "heads altered",
                        lines -> lines.set(HEADS, altered(lines.get(HEADS), "\"seq\":9", "\"seq\":8")),
                        "heads: its signature by key " + key() + " is wrong"),
                of(
                        "heads of an earlier export",
                        lines -> lines.set(HEADS, given.export().get(HEADS)),
                        "heads: they are not of this export"),
                of(
                        "checkpoint altered",
                        lines -> lines.set(CHECKPOINT_2, altered(lines.get(CHECKPOINT_2), "\"seq\":8", "\"seq\":7")),
                        "checkpoint 2: its signature by key " + key() + " is wrong"),
                of(
                        "first checkpoint removed",
                        lines -> lines.remove(CHECKPOINT_1),
                        "checkpoint 1: the checkpoint is missing"),
                of(
                        "last checkpoint removed",
                        lines -> lines.remove(CHECKPOINT_2),
                        "checkpoint 2: the export had 2 checkpoints"),
                of(
                        "checkpoints swapped",
                        lines -> swap(lines, CHECKPOINT_1, CHECKPOINT_2),
                        "checkpoint 1: the checkpoint is missing"),
                of(
                        "a checkpoint twice",
                        lines -> lines.add(CHECKPOINT_2, lines.get(CHECKPOINT_1)),
                        "checkpoint 2: in its place is an earlier one"),
                of(
                        "a checkpoint of another tenant",
                        lines -> lines.set(CHECKPOINT_1, checkpointOfOthers()),
                        "checkpoint 1: it is of another tenant"),
                of(
                        "a checkpoint signed by another key",
                        lines -> lines.set(CHECKPOINT_1, bySomebodyElse()),
                        "checkpoint 1: it is signed by key " + somebodyElse.id() + ", which is not trusted"),
                of(
                        "a checkpoint signed by another key in the name of ours",
                        lines -> lines.set(CHECKPOINT_1, bySomebodyElse().replace(somebodyElse.id(), key())),
                        "checkpoint 1: its signature by key " + key() + " is wrong"),
                of(
                        "a checkpoint without signature",
                        lines -> lines.set(CHECKPOINT_1, unsigned(lines.get(CHECKPOINT_1))),
                        "checkpoint 1: it is not signed"),
                of(
                        "heads passed off as a checkpoint",
                        lines -> lines.set(CHECKPOINT_1, lines.get(HEADS).replace("heads\"", "checkpoint\"")),
                        "checkpoint 1: its payload type is application/vnd.caprock.audit-heads+json, not "
                                + Checkpoint.TYPE),
                of(
                        "heads given the type of a checkpoint",
                        lines -> lines.set(
                                CHECKPOINT_1,
                                lines.get(HEADS)
                                        .replace("\"heads\"", "\"checkpoint\"")
                                        .replace(Line.Heads.TYPE, Checkpoint.TYPE)),
                        "checkpoint 1: its signature by key " + key() + " is wrong"),
                of(
                        "cut off at a line",
                        lines -> lines.subList(A_1 + 5, lines.size()).clear(),
                        "chain A, record 6: the export is cut off after line 9"),
                of(
                        "cut off between two chains",
                        lines -> lines.subList(B_1, lines.size()).clear(),
                        "chain B, record 1: the export is cut off after line 13"),
                of("trailer removed", lines -> lines.remove(TRAILER), "trailer: the export is cut off after line 18"),
                of(
                        "trailer altered",
                        lines -> lines.set(TRAILER, altered(lines.get(TRAILER), "\"records\":14", "\"records\":13")),
                        "trailer: its signature by key " + key() + " is wrong"),
                of(
                        "trailer of another export",
                        lines -> lines.set(TRAILER, given.export().get(TRAILER)),
                        "trailer: it is not of this export"),
                of("something behind the trailer", lines -> lines.add(lines.get(A_1)), "trailer: something follows it"),
                of(
                        "header altered",
                        lines -> change(lines, 0, "\"tenant\":\"acme\"", "\"tenant\":\"evil\""),
                        "checkpoint 1: it is of another tenant"),
                of(
                        "time of the export altered",
                        lines -> change(lines, 0, "10:00", "11:00"),
                        "trailer: the bytes before it are not those that were exported"),
                of(
                        "header removed",
                        lines -> lines.remove(0),
                        "header: the first line is no header of caprock-audit-export/1"),
                of(
                        "white space added",
                        lines -> change(lines, A_1, "{", "{ "),
                        "trailer: the bytes before it are not those that were exported"),
                of(
                        "a field added",
                        lines -> change(lines, A_1 + 1, "{", "{\"approved\":true,"),
                        "chain A, record 2: line 6 is no line of an export"),
                of(
                        "a field twice",
                        lines -> change(
                                lines, A_1 + 1, "\"subject\":\"ann\"", "\"subject\":\"bob\",\"subject\":\"ann\""),
                        "chain A, record 2: line 6 is no line of an export"),
                of(
                        "an empty line",
                        lines -> lines.add(A_1 + 1, ""),
                        "chain A, record 2: line 6 is no line of an export")));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("tampering")
    void itIsCaughtAndTheFirstBadRecordNamed(Consumer<List<String>> tampering, String finding) {
        var lines = new ArrayList<>(EXPORT);
        tampering.accept(lines);

        assertThat(lines).isNotEqualTo(EXPORT);
        assertThat(given.verify(lines)).isEqualTo(finding);
    }

    /** Whatever byte it is. */
    @Test
    void noByteCanBeChanged() {
        byte[] export = (String.join("\n", EXPORT) + "\n").getBytes(StandardCharsets.UTF_8);
        var random = new Random(20261122);
        PublicKeys trusted = given.keys.trusted();

        for (int i = 0; i < 500; i++) {
            byte[] flipped = export.clone();
            int place = random.nextInt(flipped.length);
            flipped[place] ^= (byte) (1 << random.nextInt(7));
            String text = new String(flipped, StandardCharsets.UTF_8);
            assertThat(GivenAudit.verify(text, trusted))
                    .as(
                            "byte %d of %s",
                            place, text.substring(Math.max(0, place - 40), Math.min(text.length(), place + 40)))
                    .doesNotStartWith("intact");
        }
    }

    /** Nor can it be cut off anywhere. */
    @Test
    void noEndCanBeCutOff() {
        String export = String.join("\n", EXPORT) + "\n";
        PublicKeys trusted = given.keys.trusted();

        assertThat(IntStream.range(0, export.length()).filter(end -> end % 37 == 0 || end == export.length() - 1))
                .allSatisfy(end -> assertThat(GivenAudit.verify(export.substring(0, end), trusted))
                        .doesNotStartWith("intact"));
    }

    @Test
    void withoutAKeyOnlySignaturesAreLeftOut() {
        var lines = new ArrayList<>(EXPORT);
        lines.set(CHECKPOINT_1, unsigned(lines.get(CHECKPOINT_1)));

        assertThat(GivenAudit.verify(String.join("\n", EXPORT) + "\n", PublicKeys.none()))
                .startsWith("intact");
        assertThat(GivenAudit.verify(String.join("\n", lines) + "\n", PublicKeys.none()))
                .isEqualTo("trailer: the bytes before it are not those that were exported");
    }

    // ---- how it is tampered with ---------------------------------------------------------------------------------

    private static final SigningKey somebodyElse = SigningKey.random();

    private static Arguments of(String name, Consumer<List<String>> tampering, String finding) {
        Named<Consumer<List<String>>> named = named(name, tampering);
        return Arguments.of(named, finding);
    }

    private static void change(List<String> lines, int line, String from, String to) {
        String old = lines.get(line);
        int place = old.indexOf(from);
        assertThat(place).as("%s in %s", from, old).isNotNegative();
        lines.set(line, old.substring(0, place) + to + old.substring(place + from.length()));
    }

    private static void swap(List<String> lines, int one, int other) {
        String kept = lines.set(one, lines.get(other));
        lines.set(other, kept);
    }

    private static List<String> take(List<String> lines, int from, int to) {
        var taken = List.copyOf(lines.subList(from, to));
        lines.subList(from, to).clear();
        return taken;
    }

    private static String key() {
        return given.keys.current().id();
    }

    private static String ofOthers() {
        return record(given.audit.read(GivenAudit.OF_OTHERS, 0, 1).getFirst());
    }

    private static String record(AuditRecord found) {
        return new String(Json.bytes(RecordBody.of(found)), StandardCharsets.UTF_8);
    }

    private static AuditRecord read(String line) {
        return Objects.requireNonNull(((RecordBody) line(line)).read());
    }

    private static Line line(String line) {
        return Json.read(line.getBytes(StandardCharsets.UTF_8), Line.class);
    }

    private static String hashedAnew(String line) {
        AuditRecord old = read(line);
        return record(GivenAudit.forged(old, old.previous()).hashed());
    }

    private static void hashAnew(List<String> lines, int from, int to) {
        String previous = read(lines.get(from)).previous();
        for (int i = from; i <= to; i++) {
            AuditRecord forged = GivenAudit.forged(read(lines.get(i)), previous).hashed();
            lines.set(i, record(forged));
            previous = forged.hash();
        }
    }

    private static String appended() {
        AuditRecord last = given.audit.read(GivenAudit.C, 1, 1).getFirst();
        return record(new AuditRecord(
                        last.chain(),
                        3,
                        last.at(),
                        last.actor(),
                        last.action(),
                        last.target(),
                        last.outcome(),
                        null,
                        last.hash(),
                        "")
                .hashed());
    }

    private static Envelope envelope(String line) {
        return switch (line(line)) {
            case Line.SignedCheckpoint(Envelope envelope) -> envelope;
            case Line.SignedRetirement(Envelope envelope) -> envelope;
            case Line.SignedHeads(Envelope envelope) -> envelope;
            case Line.SignedTrailer(Envelope envelope) -> envelope;
            case Line.Header ignored -> throw new AssertionError("a header is not signed");
            case RecordBody ignored -> throw new AssertionError("a record is not signed");
        };
    }

    private static String altered(String line, String from, String to) {
        String payload = new String(Base64.getDecoder().decode(envelope(line).payload()), StandardCharsets.UTF_8);
        assertThat(payload).contains(from);
        byte[] altered = payload.replace(from, to).getBytes(StandardCharsets.UTF_8);
        return line.replace(envelope(line).payload(), Base64.getEncoder().encodeToString(altered));
    }

    private static String unsigned(String line) {
        return line.replaceFirst("\"signatures\":\\[.*?]", "\"signatures\":[]");
    }

    private static String checkpointOfOthers() {
        var of = new Checkpoint(
                "other", 1, given.audit.read(GivenAudit.A, 0, 1).getFirst().at(), "0".repeat(64), List.of());
        return signed(of, given.keys.current());
    }

    private static String bySomebodyElse() {
        byte[] payload =
                Base64.getDecoder().decode(envelope(EXPORT.get(CHECKPOINT_1)).payload());
        return signed(Json.read(payload, Checkpoint.class), somebodyElse);
    }

    private static String signed(Checkpoint checkpoint, SigningKey key) {
        var line = new Line.SignedCheckpoint(key.sign(Checkpoint.TYPE, Json.bytes(checkpoint)));
        return new String(Json.bytes(line), StandardCharsets.UTF_8);
    }
}
