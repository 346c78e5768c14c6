package dev.caprock.simulator.vercel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What was asked of the simulator, and what of it is there. */
public final class Ledger {

    private final Sandboxes sandboxes;
    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final List<RecordedCommand> commands = new CopyOnWriteArrayList<>();
    private final AtomicLong sequence = new AtomicLong();

    Ledger(Sandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    /** In the order of their beginnings. */
    public List<RecordedRequest> requests() {
        return entries.stream().map(Entry::request).toList();
    }

    public List<RecordedRequest> requests(Operation operation) {
        return requests().stream()
                .filter(request -> request.operation() == operation)
                .toList();
    }

    /** In the order of their starts, those of sandboxes that are gone included. */
    public List<RecordedCommand> commands() {
        return List.copyOf(commands);
    }

    /** Those that were not deleted, stopped ones included. */
    public List<LiveSandbox> live() {
        return sandboxes.all().stream().map(SimulatedSandbox::live).toList();
    }

    /** The arguments of a command that was started; empty for any other. */
    String argumentsOf(String commandId) {
        return commands.stream()
                .filter(command -> command.id().equals(commandId))
                .map(command -> String.join(" ", command.arguments()))
                .findFirst()
                .orElse("");
    }

    void started(RecordedCommand command) {
        commands.add(command);
    }

    Entry begin(Operation operation, Call call, @Nullable String sandbox) {
        var entry = new Entry(new RecordedRequest(
                operation, call.method(), call.path(), sandbox, 0, sequence.incrementAndGet(), Long.MAX_VALUE));
        entries.add(entry);
        return entry;
    }

    /** A request while it goes on. */
    final class Entry {

        private volatile RecordedRequest request;

        private Entry(RecordedRequest request) {
            this.request = request;
        }

        void answered(int status, @Nullable String sandbox) {
            request = request.answered(status, sandbox);
        }

        void ended() {
            if (request.ended() == Long.MAX_VALUE) {
                request = request.endedAt(sequence.incrementAndGet());
            }
        }

        private RecordedRequest request() {
            return request;
        }
    }
}
