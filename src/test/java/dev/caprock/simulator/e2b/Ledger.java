package dev.caprock.simulator.e2b;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What was asked of the simulator, and what of it is alive. */
public final class Ledger {

    private final Sandboxes sandboxes;
    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final AtomicLong sequence = new AtomicLong();

    Ledger(Sandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    /** In the order of their beginnings. */
    public List<RecordedRequest> requests() {
        return entries.stream().map(Entry::snapshot).toList();
    }

    public List<RecordedRequest> requests(Operation operation) {
        return requests().stream()
                .filter(request -> request.operation() == operation)
                .toList();
    }

    public List<LiveSandbox> live() {
        return sandboxes.all().stream().map(SimulatedSandbox::live).toList();
    }

    Entry begin(Operation operation, Call call) {
        var entry = new Entry(operation, call, sequence.incrementAndGet());
        entries.add(entry);
        return entry;
    }

    /** A request while it goes on. */
    final class Entry {

        private volatile RecordedRequest request;

        private Entry(Operation operation, Call call, long begun) {
            request = new RecordedRequest(
                    operation, call.method(), call.path(), call.sandboxId(), 0, begun, Long.MAX_VALUE);
        }

        void answered(int status, @Nullable String sandboxId) {
            request = new RecordedRequest(
                    request.operation(),
                    request.method(),
                    request.path(),
                    sandboxId,
                    status,
                    request.begun(),
                    request.ended());
        }

        void ended() {
            if (request.ended() == Long.MAX_VALUE) {
                request = new RecordedRequest(
                        request.operation(),
                        request.method(),
                        request.path(),
                        request.sandboxId(),
                        request.status(),
                        request.begun(),
                        sequence.incrementAndGet());
            }
        }

        private RecordedRequest snapshot() {
            return request;
        }
    }
}
