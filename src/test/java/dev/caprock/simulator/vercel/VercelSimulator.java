package dev.caprock.simulator.vercel;

import com.sun.net.httpserver.HttpServer;
import dev.caprock.simulator.machine.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Vercel Sandbox on loopback. Closing it ends every sandbox with all that runs in it, and deletes every snapshot. */
public final class VercelSimulator implements AutoCloseable {

    private static final long EXPIRY_POLL_MILLIS = 50;

    static {
        // without it every small answer waits for a delayed acknowledgement
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final AdvanceableClock clock = new AdvanceableClock();
    private final Faults faults = new Faults();
    private final Snapshots snapshots = new Snapshots(clock);
    private final Sandboxes sandboxes;
    private final Ledger ledger;
    private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService expiry = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("vercel-expiry").factory());
    private final HttpServer server;
    private volatile SessionEnding ending = SessionEnding.ERROR_RECORD;
    private volatile boolean logsAreDropped;

    private VercelSimulator(VercelSettings given) throws IOException {
        var settings = given.withService(faults::furnish);
        sandboxes = new Sandboxes(settings, snapshots, clock);
        ledger = new Ledger(sandboxes);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(handlers);
        server.createContext(
                "/",
                new Front(
                        routes(settings),
                        new Gate(settings),
                        sandboxes,
                        faults,
                        ledger,
                        new RateLimits(clock, settings.rateLimited())));
        server.start();
        expiry.scheduleWithFixedDelay(sandboxes::expire, EXPIRY_POLL_MILLIS, EXPIRY_POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    public static VercelSimulator start(VercelSettings settings) {
        try {
            return new VercelSimulator(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those with fixed words first: a name could be such a word. */
    private List<Route> routes(VercelSettings settings) {
        var routes = new ArrayList<Route>();
        routes.addAll(new CommandApi(sandboxes, ledger, () -> ending, () -> logsAreDropped).routes());
        routes.addAll(new FileApi(sandboxes).routes());
        routes.addAll(new SessionApi(sandboxes, snapshots, settings.plan()).routes());
        routes.addAll(new SandboxApi(sandboxes, snapshots, settings).routes());
        return routes;
    }

    /** What stands for {@code https://vercel.com/api}. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api");
    }

    public Faults faults() {
        return faults;
    }

    public Ledger ledger() {
        return ledger;
    }

    /**
     * The machine of a sandbox's current session, to look inside.
     *
     * @throws IllegalArgumentException if there is no such sandbox
     */
    public Machine machine(String name) {
        return sandbox(name).session().machine();
    }

    /** The headers that reach a host when a sandbox sends it these by HTTPS; empty when it may not reach it. */
    public Optional<Map<String, String>> sent(String name, String host, Map<String, String> headers) {
        return NetworkPolicy.sent(sandbox(name).request().json().path("networkPolicy"), host, headers);
    }

    /** Makes the current session end as if its host had died; nothing is kept. */
    public void killFromOutside(String name) {
        sandbox(name).end(SessionStatus.ABORTED);
    }

    private SimulatedSandbox sandbox(String name) {
        return sandboxes.booted().stream()
                .filter(sandbox -> sandbox.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no sandbox " + name));
    }

    /** Chooses what streams look like whose session ends; at first {@link SessionEnding#ERROR_RECORD}. */
    public void endStreamsBy(SessionEnding how) {
        ending = how;
    }

    /** From now on the logs of a command are gone once it has exited, as was seen of the service. */
    public void dropLogsOfFinishedCommands() {
        logsAreDropped = true;
    }

    /** Pushes the time of sessions, commands and snapshots forward; what is due then expires before this returns. */
    public void advance(Duration duration) {
        clock.advance(duration);
        sandboxes.expire();
    }

    @Override
    public void close() {
        expiry.shutdownNow();
        faults.clear();
        endAll();
        server.stop(0);
        handlers.shutdownNow();
        endAll(); // one may have been made meanwhile
        snapshots.close();
    }

    private void endAll() {
        sandboxes.all().forEach(sandbox -> sandbox.end(SessionStatus.ABORTED));
    }
}
