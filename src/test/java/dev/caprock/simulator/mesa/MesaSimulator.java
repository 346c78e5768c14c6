package dev.caprock.simulator.mesa;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A Mesa server on loopback with one organisation. It speaks the REST protocol and verifies every credential for real;
 * a test can look into it, turn its clock and tell it to fail.
 */
public final class MesaSimulator implements AutoCloseable {
    static final String MOUNT_AGENT = "mesa-cli/0.49.1";
    private static final String BASE_PATH = "/v1";

    private final Organisation organisation;
    private final Router router;
    private final Tokens tokens;
    private final Contents contents = new Contents();
    private final Errors errors = new Errors();
    private final Faults faults = new Faults();
    private final Ledger ledger = new Ledger();
    private final Keys.Issued root;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private MesaSimulator(int port, String slug, Clock clock) throws IOException {
        // The server's default delays small answers on kept-alive connections by 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        organisation = new Organisation(slug, clock);
        root = organisation.keys().issueRoot(organisation.now());
        tokens = new Tokens(organisation);
        router = new Router(organisation);
        addRoutes();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext(BASE_PATH, this::serve);
        server.setExecutor(threads);
        server.start();
    }

    /** Starts on a free port, with the organisation {@code acme}. */
    public static MesaSimulator start() {
        return start(0);
    }

    /** Starts on a port, with the organisation {@code acme}. */
    public static MesaSimulator start(int port) {
        return start(port, "acme", Clock.systemUTC());
    }

    /** Starts with an organisation and a clock of the caller's choice; port 0 means any free one. */
    public static MesaSimulator start(int port, String organisation, Clock clock) {
        try {
            return new MesaSimulator(port, organisation, clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The base address, with {@code /v1}. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + BASE_PATH);
    }

    public String organisation() {
        return organisation.slug();
    }

    /** The value of the organisation's admin API key. */
    public String rootKey() {
        return root.value();
    }

    /** Makes and registers an Ed25519 organisation key, as its owner would copy it from the dashboard. */
    public String privateKey() {
        KeyPair pair = Ed25519.generate();
        registerPublicKey(Ed25519.x(pair.getPublic()));
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(pkcs8);
        return "mesa_private_key_" + organisation.slug() + "_" + encoded;
    }

    /** Registers an Ed25519 public key by the {@code x} of its JWK. */
    public void registerPublicKey(String x) {
        organisation.publicKeys().add(x);
    }

    /** Turns the server's clock. */
    public void clock(Clock clock) {
        organisation.clock(clock);
    }

    /** No longer accepts the tokens of a generation. */
    public void refuseTokens(TokenGeneration generation) {
        tokens.refuse(generation);
    }

    /** Accepts the tokens of a generation again. */
    public void acceptTokens(TokenGeneration generation) {
        tokens.accept(generation);
    }

    /** Chooses status and code of an error that the reference does not know. */
    public void errorAnswer(Problem problem, int status, String code) {
        errors.answer(problem, status, code);
    }

    /** A diff with more entries than this is truncated. */
    public void diffLimit(int entries) {
        contents.diffLimit(entries);
    }

    public Faults faults() {
        return faults;
    }

    /**
     * All requests so far, oldest first (the last 20,000), those of mounts included but for reads that went well: a mount
     * asks again and again.
     */
    public List<RecordedRequest> requests() {
        return ledger.requests();
    }

    /** The keys beside the root key that are neither revoked nor expired. */
    public List<LiveKey> liveKeys() {
        return organisation.keys().all().stream()
                .filter(key -> key != root.key() && key.active(organisation.now()))
                .map(key -> new LiveKey(key.id(), key.name(), key.expiresAt()))
                .toList();
    }

    /** Creates a repository with one change on {@code main}; without content it stays empty. Returns its id. */
    public String createRepo(String name, Map<String, String> content) {
        Repo repo = organisation.repos().create(name, "main", organisation.now());
        if (!content.isEmpty()) {
            commit(name, "main", content);
        }
        return repo.id();
    }

    /** Adds a change with the given files on top of a bookmark and moves the bookmark to it. Returns the change's id. */
    public String commit(String repo, String bookmark, Map<String, String> content) {
        Repo found = organisation.repos().named(repo);
        synchronized (found) {
            List<Edit> edits = new ArrayList<>();
            content.forEach((path, text) ->
                    edits.add(new Edit(path, new Blob(text.getBytes(StandardCharsets.UTF_8), false))));
            String head = found.head(bookmark);
            Change change = found.create(
                    List.of(head),
                    new Change.Draft("Add files", Author.UNKNOWN),
                    Author.UNKNOWN,
                    new Merge(found.tree(head).edited(edits), Map.of()),
                    organisation.now());
            found.move(bookmark, change.id(), false);
            return change.id();
        }
    }

    /** The files of a bookmark by path. */
    public Map<String, byte[]> files(String repo, String bookmark) {
        Map<String, byte[]> files = new TreeMap<>();
        tree(repo, bookmark).files().forEach((path, blob) -> files.put(path, blob.bytes()));
        return files;
    }

    /** One file of a bookmark, or null if it has none of that path. */
    public byte @Nullable [] file(String repo, String bookmark, String path) {
        Blob blob = tree(repo, bookmark).get(path);
        return blob == null ? null : blob.bytes();
    }

    /** Whether a file of a bookmark is there and executable. */
    public boolean executable(String repo, String bookmark, String path) {
        Blob blob = tree(repo, bookmark).get(path);
        return blob != null && blob.executable();
    }

    /** Where a bookmark points; an unknown one is an exception. */
    public Bookmark bookmark(String repo, String name) {
        Repo found = organisation.repos().named(repo);
        synchronized (found) {
            String head = found.head(name);
            return new Bookmark(name, head, found.commit(head));
        }
    }

    /** The names of a repository's bookmarks. */
    public List<String> bookmarks(String repo) {
        Repo found = organisation.repos().named(repo);
        synchronized (found) {
            return List.copyOf(found.bookmarks().keySet());
        }
    }

    @Override
    public void close() {
        faults.clear();
        server.stop(0);
        threads.shutdownNow();
    }

    Keys keys() {
        return organisation.keys();
    }

    private Tree tree(String repo, String bookmark) {
        Repo found = organisation.repos().named(repo);
        synchronized (found) {
            return found.tree(found.head(bookmark));
        }
    }

    private void addRoutes() {
        new KeyRoutes(organisation).addTo(router);
        organisation.webhookTargets().addTo(router, organisation);
        new RepoRoutes(organisation).addTo(router);
        new BookmarkRoutes(organisation).addTo(router);
        new ChangeRoutes(organisation).addTo(router);
        contents.addTo(router);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = Request.read(exchange, BASE_PATH);
            // Asked first: a request may revoke the very credential that it carries.
            String credential = credential(request);
            FaultEffect effect = faults.take(request.method(), request.path());
            if (effect instanceof FaultEffect.Held(Gate gate)) {
                gate.pass();
            }
            Answer answer = switch (effect) {
                case FaultEffect.Answered(Answer given) -> given;
                case FaultEffect.Dropped() -> new Answer(0, "", new byte[0], Map.of());
                default -> answer(request);
            };
            boolean lost = effect instanceof FaultEffect.Dropped || effect instanceof FaultEffect.Unanswered;
            record(request, answer, credential, !lost);
            if (!lost) {
                send(exchange, answer);
            }
        }
    }

    private Answer answer(Request request) {
        try {
            return router.route(request, authenticated(request));
        } catch (Refused refused) {
            return errors.envelope(refused);
        } catch (RuntimeException e) {
            return errors.envelope(new Refused(Problem.INTERNAL, e.toString()));
        }
    }

    private Caller authenticated(Request request) {
        String bearer = request.bearer();
        if (bearer == null) {
            throw new Refused(Problem.UNAUTHENTICATED, "a bearer credential is needed");
        }
        ApiKey key = organisation.keys().byValue(bearer);
        if (key == null) {
            return tokens.verify(bearer);
        }
        if (!key.active(organisation.now())) {
            throw new Refused(Problem.UNAUTHENTICATED, "the key is " + key.status(organisation.now()));
        }
        key.used(organisation.now());
        return new Caller(key.id(), key, false, Scope.strongest(key.scopes()), key.repoIds(), null, List.of());
    }

    private void record(Request request, Answer answer, @Nullable String credential, boolean answered) {
        boolean byMount = request.userAgent().equals(MOUNT_AGENT);
        if (byMount && request.method().equals("GET") && answer.status() == 200) {
            return;
        }
        ledger.add(
                new RecordedRequest(request.method(), request.path(), answer.status(), credential, answered, byMount));
    }

    private @Nullable String credential(Request request) {
        try {
            return authenticated(request).credential();
        } catch (Refused refused) {
            return null;
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        int length = answer.body().length;
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        exchange.getResponseBody().write(answer.body());
    }
}
