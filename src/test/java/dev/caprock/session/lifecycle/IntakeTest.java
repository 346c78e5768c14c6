package dev.caprock.session.lifecycle;

import static dev.caprock.journal.StandardStream.STDERR;
import static dev.caprock.journal.StandardStream.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.agent.AgentEvent;
import dev.caprock.agent.LineReader;
import dev.caprock.journal.Entry;
import dev.caprock.journal.Piece;
import dev.caprock.journal.Position;
import dev.caprock.journal.StandardStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntakeTest {

    private static final UUID RUN = new UUID(0, 1);
    private static final int SEEDS = 3_000;
    private static final long NO_QUOTA = Long.MAX_VALUE / 2;
    private static final String[] SCRAPS = {"a", "\n", "é", "€", "😀", "{\"say\":\"ü\"}\n", "{\"say\":1}\n", "\0", "x\n"
    };

    /** Hears each line that is JSON. */
    private static final LineReader JSON = line ->
            line.startsWith("{") && line.endsWith("}") ? List.of(new AgentEvent.Message("assistant", line)) : List.of();

    /** Whatever is printed, however it arrives, and however often the follower is replaced by another. */
    @Test
    void everythingIsStoredOnceAndEveryLineSaidOnce() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            var random = new Random(seed);
            byte[] out = sample(random);
            byte[] err = sample(random);
            var stored = new Stored(random.nextInt(4) == 0 ? null : JSON, NO_QUOTA);

            follow(random, stored, out, err);

            String as = "seed " + seed;
            assertThat(stored.bytes(STDOUT)).as(as).isEqualTo(out);
            assertThat(stored.bytes(STDERR)).as(as).isEqualTo(err);
            assertThat(stored.texts(STDOUT)).as(as).isEqualTo(new String(out, UTF_8));
            assertThat(stored.texts(STDERR)).as(as).isEqualTo(new String(err, UTF_8));
            assertThat(stored.said()).as(as).isEqualTo(stored.reader == null ? List.of() : jsonLines(out));
        }
    }

    @Test
    void whatComesBeyondTheQuotaIsCountedAndSaidOnce() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            var random = new Random(seed);
            byte[] out = sample(random);
            byte[] err = sample(random);
            int quota = random.nextInt(out.length + err.length + 1);
            var stored = new Stored(JSON, quota);

            follow(random, stored, out, err);

            String as = "seed " + seed;
            long kept = stored.bytes(STDOUT).length + stored.bytes(STDERR).length;
            assertThat(kept).as(as).isLessThanOrEqualTo(quota);
            assertThat(stored.position.dropped()).as(as).isEqualTo(out.length + err.length - kept);
            assertThat(stored.position.stdout()).as(as).isEqualTo(out.length);
            assertThat(stored.position.stderr()).as(as).isEqualTo(err.length);
            assertThat(stored.warnings()).as(as).isEqualTo(stored.position.dropped() > 0 ? 1 : 0);
            assertThat(stored.bytes(STDOUT)).as(as).isEqualTo(Arrays.copyOf(out, stored.bytes(STDOUT).length));
            assertThat(stored.bytes(STDERR)).as(as).isEqualTo(Arrays.copyOf(err, stored.bytes(STDERR).length));
            assertThat(stored.said()).as(as).isEqualTo(jsonLines(out));
        }
    }

    @Test
    void halfACharacterWaitsForItsOtherHalf() {
        byte[] face = "😀".getBytes(UTF_8);
        var stored = new Stored(null, NO_QUOTA);
        Intake intake = stored.intake();

        stored.append(intake, List.of(chunk(STDOUT, Arrays.copyOf(face, 3))), false);
        assertThat(stored.pieces).isEmpty();

        stored.append(intake, List.of(chunk(STDOUT, Arrays.copyOfRange(face, 3, 4))), false);
        assertThat(stored.texts(STDOUT)).isEqualTo("😀");
    }

    @Test
    void aLineThatIsLongerThanAnybodyNeedsIsStoredButNotRead() {
        byte[] line = ("{" + "x".repeat(5 * 1024 * 1024) + "}\n{\"say\":1}\n").getBytes(UTF_8);
        var stored = new Stored(JSON, NO_QUOTA);

        stored.append(stored.intake(), List.of(chunk(STDOUT, line)), true);

        assertThat(stored.bytes(STDOUT)).isEqualTo(line);
        assertThat(stored.said()).containsExactly("{\"say\":1}");
    }

    @Test
    void aNewFollowerDoesNotFetchALineAgainThatIsLongerThanAnybodyNeeds() {
        byte[] line = "x".repeat(5 * 1024 * 1024).getBytes(UTF_8);
        var stored = new Stored(JSON, NO_QUOTA);
        stored.append(stored.intake(), List.of(chunk(STDOUT, line)), false);

        Intake next = stored.intake();

        assertThat(next.from().stdout()).isEqualTo(line.length);
        stored.append(next, List.of(chunk(STDOUT, "}\n{\"say\":1}\n".getBytes(UTF_8))), true);
        assertThat(stored.said()).containsExactly("{\"say\":1}");
    }

    @Test
    void aNewFollowerReadsTheUnfinishedLineAgain() {
        var stored = new Stored(JSON, NO_QUOTA);
        stored.append(stored.intake(), List.of(chunk(STDOUT, "{\"a\":1}\n{\"b\"".getBytes(UTF_8))), false);

        Intake next = stored.intake();

        assertThat(next.from().stdout()).isEqualTo(8);
        stored.append(next, List.of(chunk(STDOUT, "{\"b\":2}\n".getBytes(UTF_8))), false);
        assertThat(stored.said()).containsExactly("{\"a\":1}", "{\"b\":2}");
        assertThat(stored.texts(STDOUT)).isEqualTo("{\"a\":1}\n{\"b\":2}\n");
    }

    @Test
    void aFileThatWasMadeShorterIsReadFromItsStart() {
        var stored = new Stored(JSON, NO_QUOTA);
        stored.position = new Position(10, 5, 10, 0, 10, 0);

        Intake intake = stored.intake();

        assertThat(intake.from().stdout()).isZero();
        assertThat(intake.from().stderr()).isEqualTo(5);
    }

    @Test
    void whatTheAgentSaysOfItselfIsReported() {
        LineReader reader = line -> List.of(new AgentEvent.Finished("done: " + line, false));

        Intake.Batch batch = new Intake(RUN, Position.START, reader, NO_QUOTA)
                .take(List.of(chunk(STDOUT, "all\n".getBytes(UTF_8))), false);

        assertThat(batch.report()).isEqualTo(new Intake.Report(null, "done: all", null));
    }

    // ---- following -----------------------------------------------------------------------------------------------

    /** Reads both files from where the intake wants it, in chunks of any size, until all is stored. */
    private static void follow(Random random, Stored stored, byte[] out, byte[] err) {
        Intake intake = stored.intake();
        int outAt = (int) intake.from().stdout();
        int errAt = (int) intake.from().stderr();
        while (outAt < out.length || errAt < err.length) {
            if (random.nextInt(5) == 0) { // it dies, and another goes on
                intake = stored.intake();
                outAt = (int) intake.from().stdout();
                errAt = (int) intake.from().stderr();
            }
            var chunks = new ArrayList<OutputBuffer.Chunk>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                if (random.nextBoolean()) {
                    int end = Math.min(out.length, outAt + random.nextInt(12));
                    chunks.add(chunk(STDOUT, Arrays.copyOfRange(out, outAt, end)));
                    outAt = end;
                } else {
                    int end = Math.min(err.length, errAt + random.nextInt(12));
                    chunks.add(chunk(STDERR, Arrays.copyOfRange(err, errAt, end)));
                    errAt = end;
                }
            }
            stored.append(intake, chunks, false);
        }
        stored.append(intake, List.of(), true);
    }

    private static OutputBuffer.Chunk chunk(StandardStream stream, byte[] bytes) {
        return new OutputBuffer.Chunk(stream, bytes);
    }

    private static byte[] sample(Random random) {
        var bytes = new ByteArrayOutputStream();
        for (int i = random.nextInt(30); i >= 0; i--) {
            if (random.nextInt(4) == 0) {
                bytes.write(random.nextInt(256)); // hardly ever UTF-8
            } else {
                bytes.writeBytes(SCRAPS[random.nextInt(SCRAPS.length)].getBytes(UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static List<String> jsonLines(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        return Arrays.stream(text.substring(0, text.lastIndexOf('\n') + 1).split("\n"))
                .filter(line -> line.startsWith("{") && line.endsWith("}"))
                .toList();
    }

    /** What is stored of one run, as the journal would have it. */
    private static final class Stored {

        private final @Nullable LineReader reader;
        private final long quota;
        private final List<Piece> pieces = new ArrayList<>();
        private final List<Entry> entries = new ArrayList<>();
        private Position position = Position.START;

        Stored(@Nullable LineReader reader, long quota) {
            this.reader = reader;
            this.quota = quota;
        }

        /** A new follower's. */
        Intake intake() {
            return new Intake(RUN, position, reader, quota);
        }

        void append(Intake intake, List<OutputBuffer.Chunk> chunks, boolean last) {
            Intake.Batch batch = intake.take(chunks, last);
            for (Piece piece : batch.pieces()) {
                assertThat(piece.offset()).as("no gap").isEqualTo(bytes(piece.stream()).length);
                pieces.add(piece);
            }
            entries.addAll(batch.others());
            intake.stored(batch);
            position = batch.next();
        }

        byte[] bytes(StandardStream stream) {
            var bytes = new ByteArrayOutputStream();
            pieces.stream().filter(piece -> piece.stream() == stream).forEach(piece -> bytes.writeBytes(piece.bytes()));
            return bytes.toByteArray();
        }

        /** The text of each piece by itself: that of the whole only if no piece ends within a character. */
        String texts(StandardStream stream) {
            var text = new StringBuilder();
            pieces.stream()
                    .filter(piece -> piece.stream() == stream)
                    .forEach(piece -> text.append(new String(piece.bytes(), UTF_8)));
            return text.toString();
        }

        List<String> said() {
            return entries.stream()
                    .filter(entry -> entry.type().equals("run.message"))
                    .map(entry -> String.valueOf(entry.data().get("text")))
                    .toList();
        }

        long warnings() {
            return entries.stream()
                    .filter(entry -> entry.data().containsValue("output_quota"))
                    .count();
        }
    }
}
