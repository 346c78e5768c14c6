package dev.caprock.sandbox.attic;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Standing;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.FollowEnd;
import dev.caprock.sandbox.Offsets;
import dev.caprock.sandbox.OutputSink;
import dev.caprock.sandbox.OwnedSandbox;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Refusal;
import dev.caprock.sandbox.RunFiles;
import dev.caprock.sandbox.Runner;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.sandbox.Specification;
import dev.caprock.sandbox.Transcript;
import dev.caprock.simulator.machine.Machine;
import dev.caprock.simulator.machine.MachineCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Sandboxes that stand in an {@link Attic}. */
final class AtticProvider implements Provider {

    private static final Duration DAY = Duration.ofHours(24);
    private static final Duration READING = Duration.ofMinutes(3);
    private static final Duration FOLLOWING = Duration.ofMinutes(4);

    private final Attic attic;

    AtticProvider(Attic attic) {
        this.attic = attic;
    }

    @Override
    public String name() {
        return "attic";
    }

    @Override
    public String account() {
        return "attic/ours";
    }

    @Override
    public Duration createDeadline() {
        return Duration.ofSeconds(1);
    }

    @Override
    public Duration maximumLifetime() {
        return DAY;
    }

    @Override
    public List<String> templateKinds() {
        return List.of();
    }

    @Override
    public Standing standing() {
        return Standing.free(Standing.Breaker.CLOSED, 100);
    }

    @Override
    public List<Refusal> refusals(Specification specification) {
        return specification.life().compareTo(DAY) > 0
                ? List.of(new Refusal("life", "Nothing stays in the attic for more than a day."))
                : List.of();
    }

    @Override
    public Sandbox create(Specification specification) {
        var operation = "create sandbox";
        return switch (attic.trouble.getAndSet(null)) {
            case null -> sandbox(attic.open(specification));
            case REFUSED -> throw new RemoteFailure.Rejected(name(), operation, 403, "refused", "refused");
            case BUSY ->
                throw new RemoteFailure.Busy(name(), operation, 429, "busy", "busy", Duration.ofSeconds(7), null);
            case FAILED -> throw unknown(operation);
            case LOST -> {
                attic.open(specification);
                throw unknown(operation);
            }
        };
    }

    @Override
    public List<Sandbox> find(String attempt) {
        return attic.all().stream()
                .filter(room -> room.wanted().attempt().equals(attempt))
                .map(AtticProvider::sandbox)
                .toList();
    }

    @Override
    public List<OwnedSandbox> owned(String owner) {
        return attic.all().stream()
                .filter(room -> room.wanted().owner().equals(owner))
                .map(room -> new OwnedSandbox(
                        room.id(), room.wanted().session(), room.wanted().attempt(), room.since()))
                .toList();
    }

    @Override
    public Optional<Sandbox> get(String id) {
        return attic.room(id).map(AtticProvider::sandbox);
    }

    @Override
    public CommandResult run(Sandbox sandbox, Command command, Consumer<String> lines) {
        var transcript = new Transcript(lines);
        return transcript.result(exitCode("run command", sandbox, command, transcript));
    }

    @Override
    public void upload(Sandbox sandbox, String path, byte[] content) {
        try {
            var file = machine("upload file", sandbox).home().resolve(path);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public FollowEnd follow(Sandbox sandbox, RunFiles files, Offsets from, OutputSink sink) {
        var operation = "follow run";
        var reader = Runner.read(files, from, READING, FOLLOWING);
        return FollowEnd.of(exitCode(operation, sandbox, reader, sink)).orElseThrow(() -> unknown(operation));
    }

    @Override
    public void extend(Sandbox sandbox, Duration life) {
        machine("extend sandbox", sandbox);
        attic.extend(sandbox.id(), life);
    }

    @Override
    public void destroy(String id) {
        attic.clear(id);
    }

    private int exitCode(String operation, Sandbox sandbox, Command command, OutputSink sink) {
        var user = command.root() ? Machine.ROOT : Machine.USER;
        var process =
                machine(operation, sandbox).start(new MachineCommand(command.arguments(), user, Map.of(), null, false));
        if (attic.commandIsLost.getAndSet(false)) {
            throw unknown(operation);
        }
        try {
            return new Outputs(process, sink).exitCode(command.timeout());
        } catch (IOException | InterruptedException lost) {
            throw new RemoteFailure.Unknown(name(), operation, 0, "lost", "its end was not seen", lost);
        } finally {
            process.kill();
        }
    }

    private Machine machine(String operation, Sandbox sandbox) {
        return attic.room(sandbox.id())
                .map(Attic.Room::machine)
                .orElseThrow(() -> new RemoteFailure.Rejected(name(), operation, 404, "sandbox_gone", "it is gone"));
    }

    private RemoteFailure.Unknown unknown(String operation) {
        return new RemoteFailure.Unknown(name(), operation, 502, "lost", "the answer is lost", null);
    }

    private static Sandbox sandbox(Attic.Room room) {
        return new Sandbox(room.id(), "no key is needed");
    }
}
