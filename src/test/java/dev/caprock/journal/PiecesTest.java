package dev.caprock.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PiecesTest {

    @Test
    void whatIsWholeIsWrittenAtOnce() {
        assertThat(texts(cut("naïve €😀".getBytes(UTF_8), true))).containsExactly("naïve €😀");
    }

    @Test
    void anUnfinishedCharacterWaitsForItsRest() {
        byte[] face = "a😀".getBytes(UTF_8);

        for (int length = 2; length <= 4; length++) {
            assertThat(texts(cut(Arrays.copyOf(face, length), true))).containsExactly("a");
        }
    }

    @Test
    void atTheEndAnUnfinishedCharacterIsWrittenAsItIs() {
        byte[] half = Arrays.copyOf("😀".getBytes(UTF_8), 3);

        assertThat(cut(half, false))
                .singleElement()
                .satisfies(piece -> assertThat(piece.bytes()).isEqualTo(half));
    }

    @Test
    void loneContinuationsAndImpossibleStartsAreNotHeldBack() {
        byte[] noUtf8 = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0xFF};

        assertThat(cut(noUtf8, true))
                .singleElement()
                .satisfies(piece -> assertThat(piece.bytes()).isEqualTo(noUtf8));
    }

    @Test
    void longOutputIsCutIntoPiecesThatFollowEachOther() {
        byte[] bytes = ("x" + "€".repeat(60_000)).getBytes(UTF_8);

        var pieces = Pieces.cut(StandardStream.STDOUT, 1000, bytes, false);

        assertThat(pieces)
                .hasSize(3)
                .allSatisfy(piece -> assertThat(piece.bytes()).hasSizeLessThanOrEqualTo(Piece.MAXIMUM));
        assertThat(pieces.get(1).offset()).isEqualTo(1000 + pieces.get(0).bytes().length);
        assertThat(String.join("", texts(pieces))).isEqualTo(new String(bytes, UTF_8));
    }

    /** Whatever is printed and however it arrives: no byte is lost, and the text is that of the whole. */
    @Test
    void piecesHaveTheBytesAndTheTextOfTheWhole() {
        var random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] whole = sample(random);
            var bytes = new ByteArrayOutputStream();
            var text = new StringBuilder();
            int from = 0;
            for (int arrived = 0; from < whole.length; ) {
                arrived = Math.min(whole.length, Math.max(arrived, from) + 1 + random.nextInt(6));
                var pieces = cut(Arrays.copyOfRange(whole, from, arrived), arrived < whole.length);
                for (var piece : pieces) {
                    bytes.writeBytes(piece.bytes());
                    text.append(new String(piece.bytes(), UTF_8));
                    from += piece.bytes().length;
                }
                assertThat(arrived - from).as("held back").isLessThanOrEqualTo(3);
            }
            assertThat(bytes.toByteArray()).isEqualTo(whole);
            assertThat(text.toString()).as(() -> Arrays.toString(whole)).isEqualTo(new String(whole, UTF_8));
        }
    }

    /** Characters of all lengths, with some bytes broken. */
    private static byte[] sample(Random random) {
        var bytes = new ByteArrayOutputStream();
        for (int i = random.nextInt(12); i >= 0; i--) {
            int[] samples = {'a', 0, 0x7FF, 0x20AC, 0xFFFD, 0x1F600, 0x10FFFF};
            bytes.writeBytes(
                    Character.toString(samples[random.nextInt(samples.length)]).getBytes(UTF_8));
            if (random.nextInt(4) == 0) {
                bytes.write(0x80 + random.nextInt(0x80));
            }
        }
        return bytes.toByteArray();
    }

    private static List<Piece> cut(byte[] bytes, boolean more) {
        return Pieces.cut(StandardStream.STDOUT, 0, bytes, more);
    }

    private static List<String> texts(List<Piece> pieces) {
        return pieces.stream().map(piece -> new String(piece.bytes(), UTF_8)).toList();
    }
}
