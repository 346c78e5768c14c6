package dev.caprock.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads a session's live stream from the start to its end, as an EventSource does: a stream that breaks is resumed. */
final class EventReader implements Runnable {

    private static final long RECONNECT_MILLIS = 100;

    private final HttpCalls http;
    private final String path;
    private final List<SeenEvent> seen = new ArrayList<>();
    private volatile boolean stopped;
    private volatile @Nullable InputStream open;

    private EventReader(HttpCalls http, String path) {
        this.http = http;
        this.path = path;
    }

    static EventReader start(HttpCalls http, String path) {
        var reader = new EventReader(http, path);
        Thread.ofVirtual().name("reader of " + path).start(reader);
        return reader;
    }

    @Override
    public void run() {
        while (!stopped && !isEnded()) {
            try {
                read();
            } catch (IOException | UncheckedIOException broken) {
                pause(); // the service may be on its way back
            }
        }
    }

    /** What came so far, in the order it came. */
    synchronized List<SeenEvent> seen() {
        return List.copyOf(seen);
    }

    /** The first event of this kind, waited for if it has not come yet; empty when the time is over. */
    synchronized Optional<SeenEvent> await(Predicate<SeenEvent> wanted, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        Optional<SeenEvent> found = find(wanted);
        for (long left = limit.toMillis(); found.isEmpty() && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
            found = find(wanted);
        }
        return found;
    }

    void stop() {
        stopped = true;
        InputStream body = open;
        if (body != null) {
            try {
                body.close();
            } catch (IOException ignored) {
                // it is gone either way
            }
        }
    }

    private Optional<SeenEvent> find(Predicate<SeenEvent> wanted) {
        return seen.stream().filter(wanted).findFirst();
    }

    private synchronized boolean isEnded() {
        return !seen.isEmpty() && seen.getLast().tells("closed");
    }

    private synchronized long last() {
        return seen.isEmpty() ? 0 : seen.getLast().seq();
    }

    private void read() throws IOException {
        HttpResponse<InputStream> response =
                http.stream(path, "Accept", "text/event-stream", "Last-Event-ID", Long.toString(last()));
        try (InputStream body = response.body()) {
            open = body;
            if (response.statusCode() != 200) {
                throw new IOException("the stream answered " + response.statusCode());
            }
            var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data: ")) {
                    add(SeenEvent.parse(line.substring(6), Instant.now()));
                }
            }
        }
    }

    private synchronized void add(SeenEvent event) {
        seen.add(event);
        notifyAll();
    }

    private synchronized void pause() {
        try {
            wait(RECONNECT_MILLIS);
        } catch (InterruptedException interrupted) {
            stopped = true;
        }
    }
}
