package dev.caprock.sandbox.vercel;

import dev.caprock.remote.Rate;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.remote.Standing;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.CommandsApart;
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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Sandboxes of one Vercel project. A sandbox's id is its name, its access the id of its only session. */
final class VercelProvider implements Provider, CommandsApart {

    private static final Duration READING = Duration.ofSeconds(225);
    private static final Duration FOLLOWING = Duration.ofSeconds(238);

    /** A command is watched a little longer than it may last: what it printed is still to come. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration ASKING = Duration.ofSeconds(20);

    /** Nobody has seen one this late; a booting image may take minutes, and its sandbox ends by itself when unwanted. */
    private static final Duration LATEST_CREATE = Duration.ofMinutes(2);

    /** What the headers of a small account told; the published limits are higher (protocol notes of 2026-08). */
    private static final Rate CREATES = new Rate(20, Duration.ofSeconds(4));

    private final VercelSettings settings;
    private final Api api;
    private final Sandboxes sandboxes;
    private final Commands commands;
    private final Pause pause;
    private final Homes homes = new Homes();

    private VercelProvider(VercelSettings settings, Api api, Clock clock, Pause pause) {
        this.settings = settings;
        this.api = api;
        this.sandboxes = new Sandboxes(api, settings, clock, pause);
        this.commands = new Commands(api);
        this.pause = pause;
    }

    static VercelProvider open(Remotes remotes, VercelSettings settings, Clock clock, Pause pause) {
        return new VercelProvider(settings, new Api(remotes.named("vercel", CREATES), settings), clock, pause);
    }

    @Override
    public String name() {
        return "vercel";
    }

    @Override
    public String account() {
        return "vercel/%s/%s".formatted(settings.requiredTeam(), settings.requiredProject());
    }

    @Override
    public Duration createDeadline() {
        var ours = settings.createTimeout().plusSeconds(5);
        return ours.compareTo(LATEST_CREATE) > 0 ? ours : LATEST_CREATE;
    }

    @Override
    public Duration maximumLifetime() {
        return settings.maximumLifetime();
    }

    @Override
    public List<String> templateKinds() {
        return List.of("runtime", "snapshot", "image");
    }

    @Override
    public Standing standing() {
        return api.standing();
    }

    @Override
    public List<Refusal> refusals(Specification specification) {
        var refusals = new ArrayList<Refusal>();
        Integer vcpus = specification.vcpus();
        if (vcpus != null && vcpus != 1 && (vcpus < 1 || vcpus % 2 != 0)) {
            refusals.add(new Refusal("vcpus", "Vercel gives a sandbox one virtual CPU, or an even number of them."));
        }
        if (specification.life().compareTo(settings.maximumLifetime()) > 0) {
            refusals.add(new Refusal(
                    "life", "The Vercel plan in use ends a sandbox after %s.".formatted(settings.maximumLifetime())));
        }
        refusals.addAll(new NetworkPolicy(specification.network()).refusals());
        if (settings.base(specification.template()).isBare()) {
            Refusal.ofInstalling(settings.packageHosts(), specification.network())
                    .ifPresent(refusals::add);
        }
        return refusals;
    }

    @Override
    public Sandbox create(Specification specification) {
        return sandboxes.create(specification).sandbox();
    }

    @Override
    public List<Sandbox> find(String attempt) {
        return get(Sandboxes.name(attempt)).stream().toList();
    }

    @Override
    public List<OwnedSandbox> owned(String owner) {
        return sandboxes.owned(owner);
    }

    @Override
    public Optional<Sandbox> get(String id) {
        return sandboxes.get(id).map(Details::sandbox);
    }

    @Override
    public CommandResult run(Sandbox sandbox, Command command, Consumer<String> lines) {
        var operation = "run command";
        var transcript = new Transcript(lines);
        RunningCommand running = commands.start(operation, sandbox, command);
        try {
            return transcript.result(watch(operation, running, command.timeout().plus(GRACE), transcript));
        } catch (RemoteFailure.Rejected afterwards) { // it had begun, so nobody may conclude that nothing happened
            throw api.unknown(
                    operation, afterwards.status(), afterwards.code(), "refused after the command began", afterwards);
        }
    }

    @Override
    public void launch(Sandbox sandbox, Command command) {
        commands.launch("launch command", sandbox, command);
    }

    @Override
    public void upload(Sandbox sandbox, String path, byte[] content) {
        commands.write("upload file", sandbox, home(sandbox) + "/" + path, content);
    }

    @Override
    public FollowEnd follow(Sandbox sandbox, RunFiles files, Offsets from, OutputSink sink) {
        var operation = "follow run";
        long began = System.nanoTime();
        var reader = Runner.read(files, from, READING, FOLLOWING);
        RunningCommand running = commands.start(operation, sandbox, reader);
        var left = FOLLOWING.minusNanos(System.nanoTime() - began);
        return end(operation, watch(operation, running, left, sink));
    }

    @Override
    public void extend(Sandbox sandbox, Duration life) {
        sandboxes.extend(sandbox.id(), life);
    }

    @Override
    public void destroy(String id) {
        sandboxes.destroy(id);
    }

    private int watch(String operation, RunningCommand command, Duration life, OutputSink sink) {
        return new Watch(api, commands, pause, operation, command, life, sink).end();
    }

    private String home(Sandbox sandbox) {
        return homes.of(sandbox.access(), () -> {
            var ask = Command.script("printf %s \"$HOME\"", ASKING);
            String home = Homes.read(run(sandbox, ask, line -> {}));
            if (home.isEmpty()) {
                throw api.unreadable("upload file", "the sandbox's user has no home folder");
            }
            return home;
        });
    }

    private FollowEnd end(String operation, int exitCode) {
        return FollowEnd.of(exitCode)
                .orElseThrow(() ->
                        api.unknown(operation, 200, "reader_failed", "the reader ended with code " + exitCode, null));
    }
}
