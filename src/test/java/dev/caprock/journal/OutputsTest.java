package dev.caprock.journal;

import static dev.caprock.journal.StandardStream.STDERR;
import static dev.caprock.journal.StandardStream.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.caprock.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutputsTest {

    private static final TestDatabase database = TestDatabase.fresh();
    private static final Instant AT = Instant.parse("2026-11-21T10:00:00Z");

    private final Journal journal = new Journal(database.client(), new Tail(database, database.client()));
    private final Outputs outputs = new Outputs(database.client(), journal);
    private final UUID session = UUID.randomUUID();
    private final UUID run = UUID.randomUUID();

    @BeforeEach
    void open() {
        database.transactions().executeWithoutResult(status -> outputs.open(session, run));
    }

    @Test
    void outputBecomesEventsWhoseTextIsMadeOnRead() {
        byte[] odd = {'a', 0, (byte) 0xFF};
        var pieces = List.of(new Piece(STDOUT, 0, "héllo".getBytes(UTF_8)), new Piece(STDERR, 0, odd));
        var finished = new Entry("run.finished", run, Map.of("exitCode", 0));

        assertThat(append(Position.START, pieces, at(6, 3), finished)).isTrue();

        assertThat(journal.read(session, 0, 10))
                .extracting(Event::type, Event::data)
                .containsExactly(
                        tuple("run.output", Map.of("stream", "stdout", "offset", 0, "length", 6, "text", "héllo")),
                        tuple("run.output", Map.of("stream", "stderr", "offset", 0, "length", 3, "text", "a\0\uFFFD")),
                        tuple("run.finished", Map.of("exitCode", 0)));
        assertThat(outputs.position(run)).isEqualTo(at(6, 3));
        assertThat(outputs.read(session, run, STDERR, 0, 100)).isEqualTo(odd);
    }

    @Test
    void allOfAPositionIsKept() {
        var position = new Position(2, 0, 1, 0, 1, 0);
        assertThat(append(Position.START, List.of(new Piece(STDOUT, 0, new byte[2])), position))
                .isTrue();
        var dropping = new Position(7, 8, 1, 3, 2, 13);

        assertThat(append(position, List.of(), dropping)).isTrue();

        assertThat(outputs.position(run)).isEqualTo(dropping);
    }

    @Test
    void openedAgainARunGoesOnFromTheStartOfNewFiles() {
        assertThat(append(Position.START, List.of(new Piece(STDOUT, 0, bytes("ab"))), at(2, 0)))
                .isTrue();

        database.transactions().executeWithoutResult(status -> outputs.open(session, run));

        var anew = new Position(2, 0, 2, 0, 2, 0);
        assertThat(outputs.position(run)).isEqualTo(anew);
        assertThat(append(at(2, 0), List.of(new Piece(STDOUT, 2, bytes("c"))), at(3, 0)))
                .as("a follower of the old files")
                .isFalse();
    }

    @Test
    void whoExpectsAnotherPositionWritesNothing() {
        assertThat(append(Position.START, List.of(new Piece(STDOUT, 0, bytes("ab"))), at(2, 0)))
                .isTrue();

        assertThat(append(
                        Position.START,
                        List.of(new Piece(STDOUT, 0, bytes("abc"))),
                        at(3, 0),
                        new Entry("x", run, Map.of())))
                .isFalse();

        assertThat(journal.head(session)).isEqualTo(1);
        assertThat(outputs.position(run)).isEqualTo(at(2, 0));
        assertThat(outputs.read(session, run, STDOUT, 0, 100)).isEqualTo(bytes("ab"));
    }

    @Test
    void ofFollowersAtTheSamePositionOneWrites() throws Exception {
        var follower =
                (Callable<Boolean>) () -> append(Position.START, List.of(new Piece(STDOUT, 0, bytes("ab"))), at(2, 0));
        try (var followers = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(followers.invokeAll(List.of(follower, follower, follower, follower)))
                    .extracting(Future::get)
                    .containsExactlyInAnyOrder(true, false, false, false);
        }
        assertThat(journal.head(session)).isEqualTo(1);
    }

    @Test
    void aRunOfAnotherSessionOrNeverOpenedIsNotWritten() {
        var pieces = List.of(new Piece(STDOUT, 0, bytes("ab")));

        boolean written = database.inTransaction(
                () -> outputs.append(UUID.randomUUID(), run, Position.START, pieces, at(2, 0), List.of(), AT)
                        || outputs.append(session, UUID.randomUUID(), Position.START, pieces, at(2, 0), List.of(), AT));

        assertThat(written).isFalse();
    }

    @Test
    void aByteThatIsNeitherWrittenNorDroppedIsRefused() {
        assertThatThrownBy(() -> append(Position.START, List.of(new Piece(STDOUT, 1, bytes("b"))), at(2, 0)))
                .hasMessageContaining("stdout must go on at offset 0, not 1");
        assertThatThrownBy(() -> append(Position.START, List.of(new Piece(STDOUT, 0, bytes("a"))), at(2, 0)))
                .hasMessageContaining("1 bytes are neither in a piece nor dropped");
        assertThat(journal.head(session)).isZero();
    }

    @Test
    void bytesAreReadFromAnyOffsetAcrossPieces() {
        var pieces = new ArrayList<Piece>();
        for (int i = 0; i < 10; i++) {
            pieces.add(new Piece(STDOUT, i * 3L, bytes("%03d".formatted(i))));
        }
        assertThat(append(Position.START, pieces, at(30, 0))).isTrue();
        var whole = "000001002003004005006007008009";

        for (int after = 0; after <= 31; after++) {
            for (int limit = 1; limit <= 8; limit++) {
                var expected = whole.substring(Math.min(30, after), Math.min(30, after + limit));
                assertThat(outputs.read(session, run, STDOUT, after, limit))
                        .asString(UTF_8)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void aPageOfEventsEndsEarlyWhereItHasMuchOutputAndSkipsNothing() {
        var pieces = new ArrayList<Piece>();
        for (int i = 0; i < 40; i++) {
            pieces.add(new Piece(STDOUT, (long) i * Piece.MAXIMUM, new byte[Piece.MAXIMUM]));
        }
        append(Position.START, pieces, at(40L * Piece.MAXIMUM, 0), new Entry("run.finished", run, Map.of()));

        var first = journal.read(session, 0, 1000);
        var read = new ArrayList<>(first);
        for (var page = first;
                !page.isEmpty();
                page = journal.read(session, read.getLast().seq(), 1000)) {
            if (page != first) {
                read.addAll(page);
            }
        }

        assertThat(first).hasSize(16);
        assertThat(read).hasSize(41);
        for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i).seq()).isEqualTo(i + 1);
        }
    }

    private boolean append(Position expected, List<Piece> pieces, Position next, Entry... others) {
        return database.inTransaction(() -> outputs.append(session, run, expected, pieces, next, List.of(others), AT));
    }

    private static Position at(long stdout, long stderr) {
        return new Position(stdout, stderr, 0, 0, 0, 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
