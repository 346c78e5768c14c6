package dev.caprock.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.audit.Actor;
import dev.caprock.audit.AuditRecord;
import dev.caprock.session.GivenSession;
import dev.caprock.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A receipt that was tampered with is found out by who has only the public key. */
class TamperedReceiptTest {

    private static final SigningKey KEY = SigningKey.random();
    private static final SigningKey SOMEBODY_ELSE = SigningKey.random();
    private static final PublicKeys TRUSTED = PublicKeys.of(List.of(KEY.publicKey()));
    private static final Receipt GENUINE = receipt();
    private static final String FILE = file(KEY.sign(Receipt.PAYLOAD_TYPE, Json.bytes(GENUINE)));

    @Test
    void aReceiptAsItWasSignedIsGenuine() {
        assertThat(check(FILE)).isEqualTo("genuine");
        assertThat(ReceiptCheck.of(FILE.getBytes(StandardCharsets.UTF_8), TRUSTED))
                .isEqualTo(new ReceiptCheck.Result.Genuine(GENUINE));
    }

    @Test
    void itIsTheSameBytesWheneverItIsMade() {
        assertThat(Json.bytes(receipt())).isEqualTo(Json.bytes(GENUINE));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'\"code\":3', '\"code\":0'",
                "'\"outcome\":\"', '\"outcome\":\"not '",
                "'\"tenant\":\"', '\"tenant\":\"not '",
                "'\"before\":\"base\"', '\"before\":\"other\"'",
                "'\"kind\":\"command\"', '\"kind\":\"codex\"'",
                "'\"provider\":\"', '\"provider\":\"not '",
                "'\"closedAt\":\"2', '\"closedAt\":\"3'",
                "'\"seq\":7', '\"seq\":8'",
                "'\"refused\":true', '\"refused\":false'",
                "'could forge', 'cannot forge'",
            })
    void noFieldCanBeChanged(String from, String to) {
        String payload = payload(FILE);
        assertThat(payload).contains(from);

        assertThat(check(with(payload.replace(from, to)))).isEqualTo("its signature by key " + KEY.id() + " is wrong");
    }

    static Stream<Arguments> tampering() {
        return Stream.of(
                of(
                        "signature of another receipt",
                        file -> file.replace(
                                sig(file),
                                sig(file(KEY.sign(Receipt.PAYLOAD_TYPE, "{}".getBytes(StandardCharsets.UTF_8))))),
                        "its signature by key " + KEY.id() + " is wrong"),
                of(
                        "signed by another key",
                        file -> file(SOMEBODY_ELSE.sign(Receipt.PAYLOAD_TYPE, Json.bytes(GENUINE))),
                        "it is signed by key " + SOMEBODY_ELSE.id() + ", which is not trusted"),
                of(
                        "signed by another key in the name of ours",
                        file -> file(SOMEBODY_ELSE.sign(Receipt.PAYLOAD_TYPE, Json.bytes(GENUINE)))
                                .replace(SOMEBODY_ELSE.id(), KEY.id()),
                        "its signature by key " + KEY.id() + " is wrong"),
                of(
                        "signature removed",
                        file -> file.replaceFirst("\"signatures\":\\[.*?]", "\"signatures\":[]"),
                        "it is not signed"),
                of(
                        "payload type altered",
                        file -> file.replace("in-toto+json", "other+json"),
                        "its payload type is application/vnd.other+json, not application/vnd.in-toto+json"),
                of(
                        "a checkpoint passed off as a receipt",
                        file -> file(KEY.sign(Checkpoint.TYPE, Json.bytes(GENUINE)))
                                .replace(Checkpoint.TYPE, Receipt.PAYLOAD_TYPE),
                        "its signature by key " + KEY.id() + " is wrong"),
                of(
                        "another statement that we signed",
                        file -> file(KEY.sign(
                                Receipt.PAYLOAD_TYPE,
                                payload(FILE)
                                        .replace("session-receipt/v1", "other/v1")
                                        .getBytes(StandardCharsets.UTF_8))),
                        "it is signed, but not as a session receipt"),
                of(
                        "a field added",
                        file -> file.replaceFirst("\\{", "{\"note\":\"\","),
                        "it is no envelope of a receipt"),
                of("cut off", file -> file.substring(0, file.length() - 1), "it is no envelope of a receipt"));
    }

    @ParameterizedTest
    @MethodSource("tampering")
    void itIsCaught(UnaryOperator<String> tampering, String finding) {
        assertThat(check(tampering.apply(FILE))).isEqualTo(finding);
    }

    @Test
    void noByteCanBeChanged() {
        var random = new Random(20261122);
        for (int i = 0; i < 500; i++) {
            byte[] flipped = FILE.getBytes(StandardCharsets.UTF_8);
            int place = random.nextInt(flipped.length);
            flipped[place] ^= (byte) (1 << random.nextInt(7));
            assertThat(check(new String(flipped, StandardCharsets.UTF_8)))
                    .as("byte %d", place)
                    .isNotEqualTo("genuine");
        }
    }

    private static String check(String file) {
        return switch (ReceiptCheck.of(file.getBytes(StandardCharsets.UTF_8), TRUSTED)) {
            case ReceiptCheck.Result.Genuine ignored -> "genuine";
            case ReceiptCheck.Result.Broken(String reason) -> reason;
        };
    }

    private static Receipt receipt() {
        Session session = GivenSession.queued()
                .running()
                .exited(3)
                .flushed(true)
                .settled()
                .destroyed()
                .revoked()
                .closed()
                .session();
        var closing = new AuditRecord(
                new UUID(0, 1),
                7,
                session.createdAt(),
                new Actor("t", "caprock", null, null),
                "session.status",
                "ses",
                "closed",
                null,
                "0".repeat(64),
                "1".repeat(64));
        return Receipt.of(session, closing);
    }

    private static String file(Envelope envelope) {
        return new String(Json.bytes(envelope), StandardCharsets.UTF_8);
    }

    private static Envelope envelope(String file) {
        return Json.read(file.getBytes(StandardCharsets.UTF_8), Envelope.class);
    }

    private static String sig(String file) {
        return envelope(file).signatures().getFirst().sig();
    }

    private static String payload(String file) {
        return new String(Base64.getDecoder().decode(envelope(file).payload()), StandardCharsets.UTF_8);
    }

    private static String with(String payload) {
        return FILE.replace(
                envelope(FILE).payload(), Base64.getEncoder().encodeToString(payload.getBytes(StandardCharsets.UTF_8)));
    }

    private static Arguments of(String name, UnaryOperator<String> tampering, String finding) {
        return Arguments.of(Named.named(name, tampering), finding);
    }
}
