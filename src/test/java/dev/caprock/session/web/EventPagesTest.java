package dev.caprock.session.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.journal.Event;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class EventPagesTest {

    private static final UUID SESSION = new UUID(7, 7);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final AtomicInteger reads = new AtomicInteger();
    private volatile long head = 3;
    private final EventPages pages = new EventPages(this::read, JsonMapper.shared());

    @Test
    void aThousandReadersAtOnePlaceCostOneRead() throws Exception {
        var begin = new CountDownLatch(1);
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<EventPages.Page>> read = IntStream.range(0, 1000)
                    .mapToObj(i -> readers.submit(() -> {
                        begin.await();
                        return pages.after(SESSION, TRACE, 0);
                    }))
                    .toList();
            begin.countDown();
            for (Future<EventPages.Page> page : read) {
                assertThat(page.get().last()).isEqualTo(3);
            }
        }
        assertThat(reads).hasValue(1);
    }

    @Test
    void nothingIsNotRemembered() {
        assertThat(pages.after(SESSION, TRACE, 3)).isNull();
        head = 4;

        assertThat(pages.after(SESSION, TRACE, 3))
                .isNotNull()
                .satisfies(page -> assertThat(page.last()).isEqualTo(4));
    }

    @Test
    void aPageIsAStreamOfEvents() {
        EventPages.Page page = Objects.requireNonNull(pages.after(SESSION, TRACE, 2));

        assertThat(new String(page.bytes(), StandardCharsets.UTF_8))
                .startsWith("id: 3\nevent: session.warning\ndata: {\"seq\":3,")
                .endsWith("}\n\n");
        assertThat(page.ends()).isFalse();
    }

    private List<Event> read(UUID session, long after) {
        reads.incrementAndGet();
        return LongStream.rangeClosed(after + 1, head)
                .mapToObj(seq -> new Event(session, seq, "session.warning", Instant.EPOCH, null, Map.of()))
                .toList();
    }
}
