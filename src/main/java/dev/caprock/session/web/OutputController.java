package dev.caprock.session.web;

import dev.caprock.access.Callers;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Journal;
import dev.caprock.journal.Outputs;
import dev.caprock.journal.StandardStream;
import dev.caprock.journal.Tail;
import dev.caprock.problem.Problem;
import dev.caprock.session.Run;
import dev.caprock.session.Session;
import dev.caprock.session.Sessions;
import dev.caprock.session.web.ReaderMeters.Cut;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What a run printed, byte for byte. An answer that breaks off before its end is cut, not ended, so that nobody takes it for the
 * whole; its reader goes on with {@code after} and the number of bytes it has.
 */
@RestController
class OutputController {

    private static final int PIECE = 256 * 1024;
    private static final long LAST_OFFSET = 1L << 53;
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final Sessions sessions;
    private final Outputs outputs;
    private final Journal journal;
    private final Tail tail;
    private final Readers readers;
    private final Callers callers;

    OutputController(Sessions sessions, Outputs outputs, Journal journal, Tail tail, Readers readers, Callers callers) {
        this.sessions = sessions;
        this.outputs = outputs;
        this.journal = journal;
        this.tail = tail;
        this.readers = readers;
        this.callers = callers;
    }

    private record Wanted(UUID session, UUID run, StandardStream stream) {}

    /**
     * Bytes from the offset {@code after} to the end of what is there, or, with {@code follow}, to the end of the run.
     */
    @GetMapping("/v1/sessions/{id}/runs/{run}/output")
    void output(
            @PathVariable String id,
            @PathVariable String run,
            @RequestParam(defaultValue = "stdout") String stream,
            @RequestParam(defaultValue = "0") long after,
            @RequestParam(defaultValue = "false") boolean follow,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        var wanted = new Wanted(SessionController.id(id), runId(run), stream(stream));
        if (run(wanted).isEmpty()) {
            throw Problem.notFound("run");
        }
        if (after < 0 || after > LAST_OFFSET) {
            throw Problem.invalid("/after", "Must be an offset in bytes.");
        }
        if (journal.isForgotten(wanted.session(), 0)) {
            throw SessionProblems.forgotten(id);
        }
        try (Readers.Place place = readers.enter(tenant());
                Tail.Watch watch = tail.watch(wanted.session())) {
            response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setHeader("X-Content-Type-Options", "nosniff");
            write(wanted, after, follow, watch, response.getOutputStream());
        } catch (IOException failure) {
            readers.meters().cut(readers.areWelcome() ? Cut.of(failure) : Cut.STOPPING);
            throw failure;
        }
    }

    private void write(Wanted wanted, long after, boolean follow, Tail.Watch watch, OutputStream out)
            throws IOException, InterruptedException {
        long offset = after;
        long seen = -1;
        boolean over = !follow;
        while (readers.areWelcome()) {
            byte[] bytes = outputs.read(wanted.session(), wanted.run(), wanted.stream(), offset, PIECE);
            out.write(bytes);
            offset += bytes.length;
            if (bytes.length > 0) {
                continue;
            }
            if (over) {
                requireKept(wanted);
                return;
            }
            out.flush();
            long seq = journal.head(wanted.session());
            over = run(wanted).map(run -> run.status().isEnded()).orElse(true); // then there is one more read
            if (!over && seq == seen) { // what came before the last read is read
                watch.await(seq, LOOK);
            }
            seen = seq;
        }
        throw new IOException("this replica stops, before the end of the output");
    }

    /** What retention has taken away meanwhile is not an end. */
    private void requireKept(Wanted wanted) throws IOException {
        if (journal.isForgotten(wanted.session(), 0)) {
            throw new IOException("the output was forgotten while it was read");
        }
    }

    private Optional<Run> run(Wanted wanted) {
        return sessions.find(tenant(), wanted.session()).map(Session::runs).stream()
                .flatMap(runs -> runs.stream())
                .filter(run -> run.id().equals(wanted.run()))
                .findFirst();
    }

    private String tenant() {
        return callers.current().tenant();
    }

    private static UUID runId(String text) {
        return PublicId.RUN.parse(text).orElseThrow(() -> Problem.notFound("run"));
    }

    private static StandardStream stream(String word) {
        return Stream.of(StandardStream.values())
                .filter(stream -> stream.word().equals(word))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("/stream", "Must be stdout or stderr."));
    }
}
