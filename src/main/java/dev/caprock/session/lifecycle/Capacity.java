package dev.caprock.session.lifecycle;

import dev.caprock.session.Hold;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a queued session could have its sandbox made.
 *
 * @param rooms its own provider's first, then those that it may turn to; empty for a session that is not queued
 */
record Capacity(List<Room> rooms) {

    static final Capacity NOT_ASKED = new Capacity(List.of());

    /**
     * What one provider could take.
     *
     * @param reason why nothing now, as part of a sentence; empty when a sandbox may be asked for now
     * @param lookIn how long to wait before looking again, unless woken
     * @param brief whether it only waits its turn, which is no reason to turn to another provider
     * @param hold what of the session's own tenant's is in the way, whatever the provider; null for nothing
     */
    record Room(
            String provider,
            String reason,
            Duration lookIn,
            boolean brief,
            @Nullable Hold hold) {

        static Room free(String provider) {
            return new Room(provider, "", Duration.ZERO, false, null);
        }

        static Room busy(String provider, String reason, Duration lookIn) {
            return new Room(provider, provider + " is busy: " + reason, lookIn, false, null);
        }

        static Room turn(String provider, Duration lookIn) {
            return new Room(provider, provider + " is busy: others are before it", lookIn, true, null);
        }

        static Room held(String provider, Hold hold, String reason, Duration lookIn) {
            return new Room(provider, reason, lookIn, false, hold);
        }

        boolean isFree() {
            return reason.isEmpty();
        }
    }

    Room own() {
        return rooms.getFirst();
    }

    /** The first that could take it. */
    Optional<Room> free() {
        return rooms.stream().filter(Room::isFree).findFirst();
    }
}
