package dev.caprock.simulator.e2b;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Serves a plane over HTTP: records each request and lets faults strike it. */
final class PlaneHandler implements HttpHandler {

    private static final int LONGEST_DELAY_SECONDS = 60;

    private final Plane plane;
    private final Faults faults;
    private final Ledger ledger;

    PlaneHandler(Plane plane, Faults faults, Ledger ledger) {
        this.plane = plane;
        this.faults = faults;
        this.ledger = ledger;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        var call = new Call(exchange);
        Operation operation = plane.classify(call);
        var entry = ledger.begin(operation, call);
        try {
            Effect effect = faults.strike(operation, call);
            Reply reply = reply(call, effect);
            entry.answered(reply.status(), call.sandboxId());
            send(exchange, reply, effect, entry);
            exchange.close(); // not when something was thrown: closing would end the body properly
        } catch (InterruptedException e) {
            throw new Dropped();
        } finally {
            entry.ended();
        }
    }

    private Reply reply(Call call, @Nullable Effect effect) throws IOException, InterruptedException {
        return switch (effect) {
            case null -> answer(call);
            case Effect.Stream stream -> answer(call);
            case Effect.Wait(CountDownLatch latch) -> {
                boolean ignored = latch.await(LONGEST_DELAY_SECONDS, TimeUnit.SECONDS);
                yield answer(call);
            }
            case Effect.Drop(boolean done) -> {
                doIf(done, call);
                throw new Dropped();
            }
            case Effect.Answer answer -> {
                doIf(answer.done(), call);
                String id = call.sandboxId() == null ? "" : call.sandboxId();
                byte[] body = answer.body().replace("{id}", id).getBytes(StandardCharsets.UTF_8);
                yield new Reply.Body(answer.status(), answer.headers(), body);
            }
        };
    }

    /** Does what was asked; nobody listens to the stream that it may answer with. */
    private void doIf(boolean wanted, Call call) throws InterruptedException {
        if (wanted && answer(call) instanceof Reply.Events events) {
            try {
                new EventStream(new NobodyListens(), null, faults.cleared()).run(events.script());
            } catch (IOException e) {
                // as with a client that has gone
            }
        }
    }

    private Reply answer(Call call) {
        try {
            return plane.answer(call);
        } catch (Refused e) {
            return e.reply();
        } catch (ConnectError e) {
            return Refused.connect(e).reply();
        }
    }

    private void send(HttpExchange exchange, Reply reply, @Nullable Effect effect, Ledger.Entry entry)
            throws IOException, InterruptedException {
        switch (reply) {
            case Reply.Body body -> {
                entry.ended(); // before the client knows, or its next request would seem to overlap
                send(exchange, body);
            }
            case Reply.Events events -> {
                var fault = effect instanceof Effect.Stream stream ? stream : null;
                exchange.getResponseHeaders().set("Content-Type", "application/connect+json");
                exchange.sendResponseHeaders(200, 0);
                new EventStream(exchange.getResponseBody(), fault, faults.cleared()).run(events.script());
            }
        }
    }

    private static void send(HttpExchange exchange, Reply.Body body) throws IOException {
        body.headers().forEach(exchange.getResponseHeaders()::set);
        if (body.content().length == 0) {
            exchange.getResponseHeaders().set("Content-Length", "0"); // the JDK leaves it out of a 204, E2B does not
            exchange.sendResponseHeaders(body.status(), -1);
        } else {
            exchange.sendResponseHeaders(body.status(), body.content().length);
            exchange.getResponseBody().write(body.content());
        }
    }

    private static final class NobodyListens extends OutputStream {
        @Override
        public void write(int one) throws IOException {
            throw new IOException("nobody listens");
        }
    }
}
