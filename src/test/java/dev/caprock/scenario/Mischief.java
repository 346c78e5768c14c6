package dev.caprock.scenario;

import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What goes wrong, as chance has it. Each fault is bounded; a frozen replica thaws again. */
final class Mischief {

    /** Several seconds of work on a small machine: not more often than this. */
    private static final Duration BETWEEN_REPLICAS = Duration.ofSeconds(20);

    private final Replicas replicas;
    private final Random random;
    private final Map<String, Integer> done = new TreeMap<>();
    private Instant lastReplica = Instant.now();
    private @Nullable UUID frozen;

    Mischief(Replicas replicas, Random random) {
        this.replicas = replicas;
        this.random = random;
    }

    void doSomething() {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> e2b();
            case 3, 4, 5 -> vercel();
            case 6, 7 -> mesa();
            case 8 -> sandbox();
            case 9 -> count("connections ended", replicas.database()::disconnectAll);
            case 10 -> replica();
            default -> {}
        }
        thawInTime();
    }

    private void e2b() {
        var operations = List.of(
                Operation.CREATE, Operation.LIST, Operation.GET, Operation.KILL, Operation.START, Operation.WRITE_FILE);
        Operation operation = operations.get(random.nextInt(operations.size()));
        Effect effect = switch (random.nextInt(5)) {
            case 0 -> new Effect.Drop(true);
            case 1 -> new Effect.Drop(false);
            case 2 -> Effect.rateLimited(1);
            case 3 ->
                operation == Operation.START
                        ? new Effect.Stream(Effect.BadEnd.RESET, random.nextInt(2000))
                        : Effect.gatewayTimeout().afterDoing();
            default -> Effect.noCapacity();
        };
        int times = random.nextInt(1, 4);
        count(
                "e2b " + operation,
                () -> replicas.simulators()
                        .e2b()
                        .faults()
                        .on(operation)
                        .times(times)
                        .then(effect));
    }

    private void vercel() {
        var operations = List.of(
                dev.caprock.simulator.vercel.Operation.CREATE,
                dev.caprock.simulator.vercel.Operation.GET,
                dev.caprock.simulator.vercel.Operation.STOP,
                dev.caprock.simulator.vercel.Operation.DELETE,
                dev.caprock.simulator.vercel.Operation.RUN,
                dev.caprock.simulator.vercel.Operation.WAIT,
                dev.caprock.simulator.vercel.Operation.LOGS,
                dev.caprock.simulator.vercel.Operation.WRITE_FILES);
        var operation = operations.get(random.nextInt(operations.size()));
        dev.caprock.simulator.vercel.Effect effect = switch (random.nextInt(4)) {
            case 0 -> new dev.caprock.simulator.vercel.Effect.Drop(true);
            case 1 -> new dev.caprock.simulator.vercel.Effect.Drop(false);
            case 2 -> dev.caprock.simulator.vercel.Effect.rateLimited(1);
            default -> dev.caprock.simulator.vercel.Effect.badGateway().afterDoing();
        };
        int times = random.nextInt(1, 4);
        count(
                "vercel " + operation,
                () -> replicas.simulators()
                        .vercel()
                        .faults()
                        .on(operation)
                        .times(times)
                        .then(effect));
    }

    private void mesa() {
        int kind = random.nextInt(4);
        int times = random.nextInt(1, 5);
        count("mesa " + List.of("lost answers", "drops", "503", "429").get(kind), () -> {
            var fault = replicas.simulators()
                    .mesa()
                    .faults()
                    .on((method, path) -> !path.endsWith("whoami"))
                    .times(times);
            switch (kind) {
                case 0 -> fault.loseAnswer();
                case 1 -> fault.drop();
                case 2 -> fault.answer(503, "{}");
                default -> fault.tooManyRequests(Duration.ofSeconds(1));
            }
        });
    }

    private void sandbox() {
        replicas.simulators().e2b().ledger().live().stream()
                .findFirst()
                .ifPresent(live -> count(
                        "sandboxes killed", () -> replicas.simulators().e2b().killFromOutside(live.id())));
    }

    private void replica() {
        if (frozen != null || Instant.now().isBefore(lastReplica.plus(BETWEEN_REPLICAS))) {
            return;
        }
        lastReplica = Instant.now();
        List<UUID> alive = replicas.alive();
        UUID victim = alive.get(random.nextInt(alive.size()));
        switch (random.nextInt(3)) {
            case 0 -> {
                var process = replicas.process(victim);
                replicas.start();
                count("replicas killed", process::kill);
            }
            case 1 -> {
                alive.stream().filter(id -> !id.equals(victim)).findFirst().ifPresent(replicas::reach);
                count("replicas frozen", replicas.process(victim)::freeze);
                frozen = victim;
            }
            default -> count("database crashes", replicas.database()::crash);
        }
    }

    private void thawInTime() {
        if (frozen != null && Instant.now().isAfter(lastReplica.plus(Replicas.LEASE.multipliedBy(2)))) {
            replicas.process(frozen).thaw();
            frozen = null;
        }
    }

    /** Nothing goes wrong any more. */
    void stop() {
        if (frozen != null) {
            replicas.process(frozen).thaw();
            frozen = null;
        }
        replicas.simulators().e2b().faults().clear();
        replicas.simulators().vercel().faults().clear();
        replicas.simulators().mesa().faults().clear();
    }

    private void count(String what, Runnable deed) {
        deed.run();
        done.merge(what, 1, Integer::sum);
    }

    @Override
    public String toString() {
        return done.toString();
    }
}
