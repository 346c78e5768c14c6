package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Machine;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All sandboxes that exist, of all accounts. */
final class Sandboxes {

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

    private final SecureRandom random = new SecureRandom();
    private final Map<String, SimulatedSandbox> sandboxes = new ConcurrentHashMap<>();
    private final E2bSettings settings;
    private final SandboxTemplates templates;
    private final Clock clock;

    Sandboxes(E2bSettings settings, Clock clock) {
        this.settings = settings;
        this.templates = new SandboxTemplates(settings.templates());
        this.clock = clock;
    }

    static String concurrencyMessage(int limit) {
        return "you have reached the maximum number of concurrent E2B sandboxes (%d). If you need more, contact us"
                .formatted(limit);
    }

    SimulatedSandbox create(String account, SandboxRequest request) {
        var template = templates.find(request.template());
        checkConcurrency(account);
        var machine = Machine.start(template, settings.services());
        String token = request.secure() ? HexFormat.of().formatHex(bytes(32)) : null;
        var sandbox = new SimulatedSandbox(newId(), account, request, machine, token, clock, settings.longestRun());
        sandboxes.put(sandbox.id(), sandbox);
        return sandbox;
    }

    void checkConcurrency(String account) {
        long running = of(account).stream().filter(SimulatedSandbox::running).count();
        if (running >= settings.concurrency()) {
            throw Refused.api(429, concurrencyMessage(settings.concurrency()));
        }
    }

    /** One that is not gone. */
    Optional<SimulatedSandbox> find(String id) {
        String shortId = id.contains("-") ? id.substring(0, id.indexOf('-')) : id;
        return Optional.ofNullable(sandboxes.get(shortId)).filter(sandbox -> !sandbox.gone());
    }

    Collection<SimulatedSandbox> all() {
        return List.copyOf(sandboxes.values());
    }

    List<SimulatedSandbox> of(String account) {
        return sandboxes.values().stream()
                .filter(sandbox -> sandbox.account().equals(account) && !sandbox.gone())
                .toList();
    }

    void destroy(SimulatedSandbox sandbox) {
        sandbox.destroy();
        sandboxes.remove(sandbox.id());
    }

    void expire() {
        for (SimulatedSandbox sandbox : all()) {
            sandbox.expireIfDue();
            if (sandbox.gone()) {
                sandboxes.remove(sandbox.id());
            }
        }
    }

    private String newId() {
        var id = new StringBuilder("i");
        random.ints(20, 0, LETTERS.length()).forEach(index -> id.append(LETTERS.charAt(index)));
        return id.toString();
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
