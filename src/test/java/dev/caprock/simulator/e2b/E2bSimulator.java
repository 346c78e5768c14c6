package dev.caprock.simulator.e2b;

import com.sun.net.httpserver.HttpServer;
import dev.caprock.simulator.machine.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** E2B on loopback. Closing it ends every sandbox with all that runs in it. */
public final class E2bSimulator implements AutoCloseable {

    private static final long EXPIRY_POLL_MILLIS = 50;

    static {
        // without it every small answer waits for a delayed acknowledgement
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final AdvanceableClock clock = new AdvanceableClock();
    private final ApiKeys keys = new ApiKeys();
    private final Faults faults = new Faults();
    private final Sandboxes sandboxes;
    private final Ledger ledger;
    private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService expiry = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("e2b-expiry").factory());
    private final HttpServer api;
    private final HttpServer proxy;
    private volatile SandboxEnding ending = SandboxEnding.CUT;

    private E2bSimulator(E2bSettings settings) throws IOException {
        sandboxes = new Sandboxes(settings, clock);
        ledger = new Ledger(sandboxes);
        keys.put(settings.apiKey(), "account-of-first-key");
        api = serve(new ControlApi(sandboxes, keys, settings));
        proxy = serve(new DataPlane(sandboxes, clock, () -> ending));
        expiry.scheduleWithFixedDelay(sandboxes::expire, EXPIRY_POLL_MILLIS, EXPIRY_POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    public static E2bSimulator start(E2bSettings settings) {
        try {
            return new E2bSimulator(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpServer serve(Plane plane) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(handlers);
        server.createContext("/", new PlaneHandler(plane, faults, ledger));
        server.start();
        return server;
    }

    /** What {@code E2B_API_URL} would be. */
    public URI apiUrl() {
        return url(api);
    }

    /** What {@code E2B_SANDBOX_URL} would be. */
    public URI sandboxUrl() {
        return url(proxy);
    }

    private static URI url(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public Faults faults() {
        return faults;
    }

    public Ledger ledger() {
        return ledger;
    }

    /**
     * The machine of a sandbox, to look inside.
     *
     * @throws IllegalArgumentException if there is no such sandbox
     */
    public Machine machine(String sandboxId) {
        return sandbox(sandboxId).machine();
    }

    /** The headers that reach a host when a sandbox sends it these by HTTPS; empty when it may not reach it. */
    public Optional<Map<String, String>> sent(String sandboxId, String host, Map<String, String> headers) {
        return sandbox(sandboxId).network().sent(host, headers);
    }

    /** Makes a sandbox die as if its node had died. */
    public void killFromOutside(String sandboxId) {
        sandboxes.destroy(sandbox(sandboxId));
    }

    private SimulatedSandbox sandbox(String id) {
        return sandboxes.find(id).orElseThrow(() -> new IllegalArgumentException("no sandbox " + id));
    }

    /** Makes a key good. Sandboxes belong to accounts, so another account's key sees none of the first's. */
    public void addApiKey(String key, String account) {
        keys.put(key, account);
    }

    public void removeApiKey(String key) {
        keys.remove(key);
    }

    /** Chooses what streams look like whose sandbox ends; at first {@link SandboxEnding#CUT}. */
    public void endStreamsBy(SandboxEnding how) {
        ending = how;
    }

    /** Pushes the time of sandboxes and of kept exits forward; what is due then expires before this returns. */
    public void advance(Duration duration) {
        clock.advance(duration);
        sandboxes.expire();
    }

    @Override
    public void close() {
        expiry.shutdownNow();
        faults.clear();
        sandboxes.all().forEach(sandboxes::destroy);
        api.stop(0);
        proxy.stop(0);
        handlers.shutdownNow();
        sandboxes.all().forEach(sandboxes::destroy); // one may have been made meanwhile
    }
}
