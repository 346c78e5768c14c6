package dev.caprock.simulator.mesa;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last requests, oldest first; bounded, so that a long-running simulator does not grow. */
final class Ledger {
    private static final int MOST = 20_000;

    private final Deque<RecordedRequest> requests = new ArrayDeque<>();

    synchronized void add(RecordedRequest request) {
        requests.addLast(request);
        if (requests.size() > MOST) {
            requests.removeFirst();
        }
    }

    synchronized List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }
}
