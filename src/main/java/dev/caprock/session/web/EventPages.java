package dev.caprock.session.web;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.caprock.journal.Event;
import dev.caprock.journal.Journal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Pages of events as they are sent, shared by all readers at the same place of the same session: however many follow it, each page
 * is read and written out once. A page may be kept, since what was appended never changes.
 */
@Component
class EventPages {

    private static final int EVENTS = 200;
    private static final int OUTPUT_BYTES = 64 * 1024; // a page is kept for each reader that does not take it
    private static final long KEPT_BYTES = 64L * 1024 * 1024;
    private static final Duration KEPT = Duration.ofSeconds(10);

    private final Source journal;
    private final JsonMapper json;
    private final Executor readers = Executors.newVirtualThreadPerTaskExecutor();
    private final AsyncCache<Place, Page> pages = Caffeine.newBuilder()
            .maximumWeight(KEPT_BYTES)
            .weigher((Place place, Page page) -> page.bytes().length)
            .expireAfterWrite(KEPT)
            .buildAsync();

    @Autowired
    EventPages(Journal journal, JsonMapper json) {
        this((session, after) -> journal.read(session, after, EVENTS, OUTPUT_BYTES), json);
    }

    EventPages(Source journal, JsonMapper json) {
        this.journal = journal;
        this.json = json;
    }

    /** Where events are read. */
    @FunctionalInterface
    interface Source {
        List<Event> read(UUID session, long after);
    }

    /** @param trace the same for all of a session */
    private record Place(UUID session, String trace, long after) {}

    /**
     * Events in the form of a stream.
     *
     * @param last the seq of the last one
     * @param ends whether nothing comes after it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Page(byte[] bytes, long last, boolean ends) {}

    /** What comes after {@code after}; null when that is nothing for now. */
    @Nullable
    Page after(UUID session, String trace, long after) {
        var place = new Place(session, trace, after);
        CompletableFuture<Page> read =
                pages.get(place, (wanted, executor) -> CompletableFuture.supplyAsync(() -> read(wanted), readers));
        @Nullable Page page = read.join();
        if (page == null) { // not kept; the cache forgets it by itself, but perhaps only when we look again
            pages.asMap().remove(place, read);
        }
        return page;
    }

    private @Nullable Page read(Place place) {
        List<Event> events = journal.read(place.session(), place.after());
        if (events.isEmpty()) {
            return null;
        }
        var text = new StringBuilder();
        events.forEach(event -> text.append("id: %d\nevent: %s\ndata: ".formatted(event.seq(), event.type()))
                .append(json.writeValueAsString(EventBody.of(event, place.trace())))
                .append("\n\n"));
        Event last = events.getLast();
        return new Page(text.toString().getBytes(StandardCharsets.UTF_8), last.seq(), EventBody.isLast(last));
    }
}
