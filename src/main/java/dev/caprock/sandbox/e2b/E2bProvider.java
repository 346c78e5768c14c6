package dev.caprock.sandbox.e2b;

import dev.caprock.crypto.Sha256;
import dev.caprock.remote.Rate;
import dev.caprock.remote.Remote;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Sandboxes of one E2B account. */
final class E2bProvider implements Provider {

    private static final Duration READING = Duration.ofSeconds(230);
    private static final Duration FOLLOWING = Duration.ofMinutes(4);

    private static final Duration CREATE_MARGIN = Duration.ofSeconds(5);

    /** What the plan Pro allows; Hobby allows one (e2b.dev/docs, rate limits, 2026-08). */
    private static final Rate CREATES = new Rate(5, Duration.ofSeconds(1));

    private final E2bSettings settings;
    private final ControlApi control;
    private final Envd envd;
    private final Remote sandboxes;

    private E2bProvider(E2bSettings settings, ControlApi control, Envd envd, Remote sandboxes) {
        this.settings = settings;
        this.control = control;
        this.envd = envd;
        this.sandboxes = sandboxes;
    }

    /** The control API and the sandboxes are two remotes: trouble of the one says nothing of the other. */
    static E2bProvider open(Remotes remotes, E2bSettings settings) {
        return open(remotes, settings, settings.keepalive().multipliedBy(2));
    }

    /** @param silence how long a stream may be silent before it is dropped */
    static E2bProvider open(Remotes remotes, E2bSettings settings, Duration silence) {
        var control = new ControlApi(remotes.named("e2b", CREATES), settings);
        var sandboxes = remotes.named("e2b-sandboxes");
        var envd = new Envd(sandboxes, new SandboxProxy(sandboxes, control, settings, silence), settings);
        return new E2bProvider(settings, control, envd, sandboxes);
    }

    @Override
    public String name() {
        return "e2b";
    }

    @Override
    public String account() {
        byte[] key = settings.requiredApiKey().getBytes(StandardCharsets.UTF_8);
        return "e2b/" + Sha256.hexadecimal(key).substring(0, 8);
    }

    @Override
    public Duration createDeadline() {
        var ours = settings.createTimeout().plus(CREATE_MARGIN);
        return ours.compareTo(settings.createDeadline()) > 0 ? ours : settings.createDeadline();
    }

    @Override
    public Duration maximumLifetime() {
        return settings.maximumLifetime();
    }

    @Override
    public List<String> templateKinds() {
        return List.of("template");
    }

    @Override
    public Standing standing() {
        return control.standing().and(sandboxes.standing());
    }

    @Override
    public List<Refusal> refusals(Specification specification) {
        var refusals = new ArrayList<Refusal>();
        if (specification.vcpus() != null) {
            refusals.add(
                    new Refusal(
                            "vcpus",
                            "E2B fixes the number of virtual CPUs in the template: leave it out, or name a template built with that many."));
        }
        if (specification.life().compareTo(settings.maximumLifetime()) > 0) {
            refusals.add(new Refusal(
                    "life", "The E2B plan in use ends a sandbox after %s.".formatted(settings.maximumLifetime())));
        }
        refusals.addAll(new NetworkRules(specification.network()).refusals());
        if (settings.isBare(specification.template())) {
            Refusal.ofInstalling(settings.packageHosts(), specification.network())
                    .ifPresent(refusals::add);
        }
        return refusals;
    }

    @Override
    public Sandbox create(Specification specification) {
        return control.create(specification);
    }

    /** E2B's list tells no tokens, so each find is looked at once more. */
    @Override
    public List<Sandbox> find(String attempt) {
        return control.find(attempt).stream().flatMap(id -> get(id).stream()).toList();
    }

    @Override
    public List<OwnedSandbox> owned(String owner) {
        return control.owned(owner);
    }

    @Override
    public Optional<Sandbox> get(String id) {
        return control.get(id).map(details -> details.sandbox(id));
    }

    @Override
    public CommandResult run(Sandbox sandbox, Command command, Consumer<String> lines) {
        var transcript = new Transcript(lines);
        try (var stream = envd.start("run command", sandbox, command)) {
            return transcript.result(stream.drain(transcript));
        }
    }

    @Override
    public void upload(Sandbox sandbox, String path, byte[] content) {
        envd.upload("upload file", sandbox, path, content);
    }

    @Override
    public FollowEnd follow(Sandbox sandbox, RunFiles files, Offsets from, OutputSink sink) {
        var operation = "follow run";
        var reader = Runner.read(files, from, READING, FOLLOWING);
        try (var stream = envd.startUnbounded(operation, sandbox, reader)) {
            return end(operation, stream.drain(sink));
        }
    }

    /** For an hour at most, which is what E2B allows for one call: whoever wants longer asks again before. */
    @Override
    public void extend(Sandbox sandbox, Duration life) {
        control.extend(sandbox.id(), life);
    }

    @Override
    public void destroy(String id) {
        control.destroy(id);
    }

    private FollowEnd end(String operation, int exitCode) {
        return FollowEnd.of(exitCode)
                .orElseThrow(() -> new RemoteFailure.Unknown(
                        sandboxes.name(),
                        operation,
                        200,
                        "reader_failed",
                        "the reader ended with code " + exitCode,
                        null));
    }
}
