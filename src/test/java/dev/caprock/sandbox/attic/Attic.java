package dev.caprock.sandbox.attic;

import dev.caprock.sandbox.ProviderContract.Trouble;
import dev.caprock.sandbox.Specification;
import dev.caprock.simulator.machine.Machine;
import dev.caprock.simulator.machine.MachineService;
import dev.caprock.simulator.machine.Template;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Where the machines stand. */
final class Attic implements AutoCloseable {

    private final List<MachineService> services;
    private final Map<String, Room> rooms = new ConcurrentHashMap<>();

    /** What goes wrong with the next create; null when nothing does. */
    final AtomicReference<@Nullable Trouble> trouble = new AtomicReference<>();

    /** Whether the next command runs unseen. */
    final AtomicBoolean commandIsLost = new AtomicBoolean();

    Attic(List<MachineService> services) {
        this.services = services;
    }

    /** A machine with what it was made for. */
    record Room(String id, Machine machine, Specification wanted, Instant since, Instant end) {

        Room until(Instant later) {
            return later.isAfter(end) ? new Room(id, machine, wanted, since, later) : this;
        }
    }

    Room open(Specification wanted) {
        var machine = Machine.start(Template.withMesa(), services);
        var room = new Room(UUID.randomUUID().toString(), machine, wanted, Instant.now(), ends(wanted.life()));
        rooms.put(room.id(), room);
        return room;
    }

    Optional<Room> room(String id) {
        return Optional.ofNullable(rooms.get(id));
    }

    List<Room> all() {
        return List.copyOf(rooms.values());
    }

    void extend(String id, Duration life) {
        rooms.computeIfPresent(id, (same, room) -> room.until(ends(life)));
    }

    void clear(String id) {
        room(id).ifPresent(room -> room.machine().kill());
        rooms.remove(id);
    }

    @Override
    public void close() {
        all().forEach(room -> clear(room.id()));
    }

    private static Instant ends(Duration life) {
        return Instant.now().plus(life);
    }
}
