package dev.caprock.session.web;

import dev.caprock.journal.Tail;
import dev.caprock.session.Session;
import dev.caprock.session.web.ReaderMeters.Cut;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Writes a session's events as server-sent events: first what is stored, then what comes, without a gap, until the session's
 * last event. When this replica stops, readers are told to come back, to another one.
 */
@Component
class EventStream {

    private final EventPages pages;
    private final Tail tail;
    private final Readers readers;
    private final Duration heartbeat;

    EventStream(EventPages pages, Tail tail, Readers readers, EventSettings settings) {
        this.pages = pages;
        this.tail = tail;
        this.readers = readers;
        this.heartbeat = settings.heartbeat();
    }

    /** Returns when the last event was written, when this replica stops, or with an exception when the reader has gone. */
    void write(Session session, long after, HttpServletResponse response) throws IOException, InterruptedException {
        try (Readers.Place place = readers.enter(session.tenant());
                Tail.Watch watch = tail.watch(session.id())) {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8);
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no"); // proxies that know it pass each event on at once
            write(session, after, watch, response.getOutputStream());
        } catch (IOException failure) {
            if (readers.areWelcome()) {
                readers.meters().cut(Cut.of(failure));
            }
            throw failure;
        }
    }

    private void write(Session session, long after, Tail.Watch watch, OutputStream out)
            throws IOException, InterruptedException {
        send(out, "retry: 1000\n\n");
        String trace = session.trace().traceId();
        long seq = after;
        while (readers.areWelcome()) {
            EventPages.Page page = pages.after(session.id(), trace, seq);
            if (page != null) {
                out.write(page.bytes());
                readers.meters().sent(page.last() - seq); // they are dense
                seq = page.last();
            }
            out.flush();
            if (page != null && page.ends()) {
                return;
            }
            if (page == null && !watch.await(seq, heartbeat)) {
                send(out, ": still here\n\n");
                out.flush();
            }
        }
        readers.meters().cut(Cut.STOPPING);
        // spread, so that not all of them come at once
        send(
                out,
                ": this replica stops, read on from another\nretry: %d\n\n"
                        .formatted(ThreadLocalRandom.current().nextInt(200, 2000)));
        out.flush();
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
