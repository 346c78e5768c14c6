package dev.caprock.simulator.vercel;

import com.sun.net.httpserver.Headers;
import java.util.EnumMap;
import java.util.Map;

/** Counts requests by groups of routes, as the headers of every answer tell. */
final class RateLimits {

    private static final long COMMON_WINDOW_MILLIS = 60_000;
    private static final long SMALL_WINDOW_MILLIS = 4_000;

    private final Map<Operation, Window> windows = new EnumMap<>(Operation.class);
    private final AdvanceableClock clock;
    private final boolean enforced;

    RateLimits(AdvanceableClock clock, boolean enforced) {
        this.clock = clock;
        this.enforced = enforced;
    }

    /**
     * Counts one and says so in the headers.
     *
     * @return whether it is within the limit
     */
    synchronized boolean count(Operation operation, Headers headers) {
        long now = clock.millis();
        Operation group = small(operation) ? operation : Operation.OTHER;
        int limit = small(operation) ? 20 : 1000;
        var window = windows.get(group);
        if (window == null || window.reset() <= now) {
            window = new Window(0, now + (small(operation) ? SMALL_WINDOW_MILLIS : COMMON_WINDOW_MILLIS));
        }
        window = new Window(window.count() + 1, window.reset());
        windows.put(group, window);
        headers.set("x-ratelimit-limit", Integer.toString(limit));
        headers.set("x-ratelimit-remaining", Integer.toString(Math.max(0, limit - window.count())));
        headers.set("x-ratelimit-reset", Long.toString(Math.ceilDiv(window.reset(), 1000)));
        boolean within = !enforced || window.count() <= limit;
        if (!within) {
            headers.set("Retry-After", Long.toString(Math.ceilDiv(window.reset() - now, 1000)));
        }
        return within;
    }

    private static boolean small(Operation operation) {
        return switch (operation) {
            case CREATE, DELETE, DELETE_SNAPSHOT -> true;
            default -> false;
        };
    }

    private record Window(int count, long reset) {}
}
