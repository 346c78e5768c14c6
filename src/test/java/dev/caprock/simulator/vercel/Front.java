package dev.caprock.simulator.vercel;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** Serves the routes over HTTP: records each request and lets faults strike it. */
final class Front implements HttpHandler {

    private static final int LONGEST_DELAY_SECONDS = 60;

    private final List<Route> routes;
    private final Gate gate;
    private final Sandboxes sandboxes;
    private final Faults faults;
    private final Ledger ledger;
    private final RateLimits limits;

    Front(List<Route> routes, Gate gate, Sandboxes sandboxes, Faults faults, Ledger ledger, RateLimits limits) {
        this.routes = routes;
        this.gate = gate;
        this.sandboxes = sandboxes;
        this.faults = faults;
        this.ledger = ledger;
        this.limits = limits;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        var call = new Call(exchange);
        var request = classify(call);
        var entry = ledger.begin(request.operation(), call, call.sandbox());
        try {
            decorate(exchange);
            boolean within = limits.count(request.operation(), exchange.getResponseHeaders());
            Effect effect = faults.strike(request.operation(), call.sandbox(), command(request));
            call.struckBy(effect);
            Reply reply = within
                    ? reply(request, effect)
                    : Refused.tooMany("Too many requests").reply();
            entry.answered(reply.status(), call.sandbox());
            send(exchange, reply, effect, entry);
            exchange.close(); // not when something was thrown: closing would end the body properly
        } catch (InterruptedException e) {
            throw new Dropped();
        } finally {
            entry.ended();
        }
    }

    private static void decorate(HttpExchange exchange) {
        var headers = exchange.getResponseHeaders();
        headers.set("server", "Vercel");
        headers.set("x-vercel-id", "iad1::iad1::%s-%s".formatted(Ids.hex(5), Ids.hex(12)));
        headers.set("cache-control", "private, max-age=0, must-revalidate");
    }

    /** A call with the route that it took. */
    private record Request(
            Call call,
            Operation operation,
            Route.@Nullable Action action,
            @Nullable MatchResult path) {}

    private Request classify(Call call) {
        for (Route route : routes) {
            Matcher path = route.path().matcher(call.path());
            if (path.matches() && route.method().equals(call.method())) {
                var operation = refined(route.operation(), call);
                call.about(sandbox(operation, call, path));
                return new Request(call, operation, route.action(), path);
            }
        }
        return new Request(call, Operation.OTHER, null, null);
    }

    private static Operation refined(Operation operation, Call call) {
        if (operation == Operation.GET && call.queryTrue("resume")) {
            return Operation.RESUME;
        }
        return operation == Operation.GET_COMMAND && call.queryTrue("wait") ? Operation.WAIT : operation;
    }

    private @Nullable String sandbox(Operation operation, Call call, MatchResult path) {
        return switch (operation) {
            case CREATE -> nameInBody(call);
            case GET, RESUME, UPDATE, DELETE -> Call.decode(path.group(1));
            case LIST, LIST_SESSIONS, LIST_SNAPSHOTS, GET_SNAPSHOT, DELETE_SNAPSHOT, OTHER -> null;
            default -> sandboxes.nameOfOwner(path.group(1));
        };
    }

    /** What a request starts or asks about, as one text; empty when that is no command. */
    private String command(Request request) {
        return switch (request.operation()) {
            case RUN -> new String(request.call().body(), StandardCharsets.UTF_8);
            case GET_COMMAND, WAIT, LOGS, KILL ->
                request.path() == null ? "" : ledger.argumentsOf(request.path().group(2));
            default -> "";
        };
    }

    private static @Nullable String nameInBody(Call call) {
        try {
            return call.json().path("name").asString(null);
        } catch (Refused e) {
            return null;
        }
    }

    private Reply reply(Request request, @Nullable Effect effect) throws IOException, InterruptedException {
        return switch (effect) {
            case null -> answer(request);
            case Effect.Stream stream -> answer(request);
            case Effect.Cut cut -> answer(request);
            case Effect.Linger linger -> answer(request);
            case Effect.Lie lie -> answer(request);
            case Effect.Wait(CountDownLatch latch) -> {
                hold(latch);
                yield answer(request);
            }
            case Effect.AnswerLate(CountDownLatch latch) -> {
                Reply reply = answer(request);
                hold(latch);
                yield reply;
            }
            case Effect.Drop(boolean done) -> {
                doIf(done, request);
                throw new Dropped();
            }
            case Effect.Answer answer -> {
                doIf(answer.done(), request);
                byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
                yield new Reply.Body(answer.status(), answer.headers(), body, false);
            }
        };
    }

    private static void hold(CountDownLatch latch) throws InterruptedException {
        boolean ignored = latch.await(LONGEST_DELAY_SECONDS, TimeUnit.SECONDS);
    }

    /** Does what was asked; nobody listens to the stream that it may answer with. */
    private void doIf(boolean wanted, Request request) throws IOException, InterruptedException {
        if (wanted) {
            answer(request);
        }
    }

    private Reply answer(Request request) throws IOException, InterruptedException {
        try {
            if (request.action() == null || request.path() == null) {
                throw Refused.notFound("The requested API endpoint was not found");
            }
            gate.check(request.operation(), request.call());
            return request.action().answer(request.call(), request.path());
        } catch (Refused e) {
            return e.reply();
        }
    }

    private void send(HttpExchange exchange, Reply reply, @Nullable Effect effect, Ledger.Entry entry)
            throws IOException, InterruptedException {
        switch (reply) {
            case Reply.Body body -> {
                entry.ended(); // before the client knows, or its next request would seem to overlap
                send(exchange, body);
            }
            case Reply.Lines lines -> {
                var fault = effect instanceof Effect.Stream stream ? stream : null;
                exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
                exchange.sendResponseHeaders(200, 0);
                if (effect instanceof Effect.Cut(Duration after)) {
                    Thread.ofVirtual().start(() -> cut(exchange, after));
                }
                new LineStream(exchange.getResponseBody(), fault, faults.cleared()).run(lines.script());
            }
        }
    }

    private void cut(HttpExchange exchange, Duration after) {
        try {
            boolean ignored = faults.cleared().await(after.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    private static void send(HttpExchange exchange, Reply.Body body) throws IOException {
        for (Map.Entry<String, String> header : body.headers().entrySet()) {
            exchange.getResponseHeaders().set(header.getKey(), header.getValue());
        }
        int length = body.content().length;
        exchange.sendResponseHeaders(body.status(), body.chunked() ? 0 : length == 0 ? -1 : length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body.content());
        }
    }
}
