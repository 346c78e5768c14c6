package dev.caprock.session.web;

import dev.caprock.journal.Event;
import dev.caprock.journal.Journal;
import dev.caprock.journal.Tail;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a session's events as server-sent events: first what is stored, then what comes, without a gap, until the session's
 * last event. A reader that does not read blocks its own virtual thread until the server gives up on the connection. When this
 * replica stops, readers are told to come back, to another one.
 */
@Component
class EventStream implements SmartLifecycle {

    private static final int PAGE = 200;

    private final Journal journal;
    private final Tail tail;
    private final JsonMapper json;
    private final Duration heartbeat;
    private volatile boolean open;

    EventStream(Journal journal, Tail tail, JsonMapper json, EventSettings settings) {
        this.journal = journal;
        this.tail = tail;
        this.json = json;
        this.heartbeat = settings.heartbeat();
    }

    /** Returns when the last event was written, when this replica stops, or with an exception when the reader has gone. */
    void write(UUID session, long after, HttpServletResponse response) throws IOException, InterruptedException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no"); // proxies that know it pass each event on at once
        OutputStream out = response.getOutputStream();
        send(out, "retry: 1000\n\n");
        long seq = after;
        while (open) {
            List<Event> events = journal.read(session, seq, PAGE);
            for (Event event : events) {
                send(out, text(event));
                seq = event.seq();
                if (EventBody.isLast(event)) {
                    out.flush();
                    return;
                }
            }
            out.flush();
            if (events.isEmpty() && !tail.await(session, seq, heartbeat)) {
                send(out, ": still here\n\n");
                out.flush();
            }
        }
        // spread, so that not all of them come at once
        send(
                out,
                ": this replica stops, read on from another\nretry: %d\n\n"
                        .formatted(ThreadLocalRandom.current().nextInt(200, 2000)));
        out.flush();
    }

    private String text(Event event) {
        return "id: %d\nevent: %s\ndata: %s\n\n"
                .formatted(event.seq(), event.type(), json.writeValueAsString(EventBody.of(event)));
    }

    @Override
    public void start() {
        open = true;
    }

    @Override
    public void stop() {
        open = false;
        tail.wake();
    }

    @Override
    public boolean isRunning() {
        return open;
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
