package dev.caprock.simulator.vercel;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Commands in a session that runs. */
final class CommandApi {

    private static final String COMMANDS = "/v2/sandboxes/sessions/*/cmd";

    private final Sandboxes sandboxes;
    private final Ledger ledger;
    private final Supplier<SessionEnding> ending;
    private final Supplier<Boolean> logsAreDropped;

    CommandApi(Sandboxes sandboxes, Ledger ledger, Supplier<SessionEnding> ending, Supplier<Boolean> logsAreDropped) {
        this.sandboxes = sandboxes;
        this.ledger = ledger;
        this.ending = ending;
        this.logsAreDropped = logsAreDropped;
    }

    List<Route> routes() {
        return List.of(
                Route.of("POST", COMMANDS, Operation.RUN, this::run),
                Route.of("GET", COMMANDS, Operation.LIST_COMMANDS, this::list),
                Route.of("GET", COMMANDS + "/*", Operation.GET_COMMAND, this::get),
                Route.of("GET", COMMANDS + "/*/logs", Operation.LOGS, this::logs),
                Route.of("POST", COMMANDS + "/*/kill", Operation.KILL, this::kill));
    }

    private Session session(MatchResult path) {
        return sandboxes.session(path.group(1)).usable();
    }

    private Reply run(Call call, MatchResult path) {
        var request = CommandRequest.read(call.json());
        var session = session(path);
        var command = session.start(request);
        ledger.started(new RecordedCommand(
                session.sandbox(),
                session.id(),
                command.id(),
                request.program(),
                request.arguments(),
                command.cwd(),
                request.environment().keySet(),
                request.sudo(),
                request.waits()));
        if (!request.waits()) {
            return wrapped(command.started());
        }
        return new Reply.Lines(stream -> {
            stream.command(command.started());
            if (!request.logs() || relay(command, stream)) {
                finish(command, stream);
            }
        });
    }

    private void finish(SimulatedCommand command, LineStream stream) throws IOException, InterruptedException {
        try {
            command.await();
        } catch (Refused e) {
            lost(stream);
            return;
        }
        stream.command(command.json());
    }

    /** @return whether the output came to its end */
    private boolean relay(SimulatedCommand command, LineStream stream) throws IOException, InterruptedException {
        var reader = command.log().reader();
        try {
            for (var text = reader.take(); text != null; text = reader.take()) {
                stream.output(text);
            }
            return true;
        } catch (CommandLog.SessionOver e) {
            lost(stream);
            return false;
        }
    }

    private void lost(LineStream stream) throws IOException {
        switch (ending.get()) {
            case CUT -> throw new Dropped();
            case ERROR_RECORD -> stream.closed();
        }
    }

    private Reply list(Call call, MatchResult path) {
        var answer = JsonMapper.shared().createObjectNode();
        var commands = answer.putArray("commands");
        session(path).commands().forEach(command -> commands.add(command.json()));
        return Reply.json(answer);
    }

    private Reply get(Call call, MatchResult path) throws InterruptedException {
        var command = session(path).command(path.group(2));
        if (call.queryTrue("wait")) {
            command.await();
        }
        return wrapped(command.json());
    }

    private Reply logs(Call call, MatchResult path) {
        var command = session(path).command(path.group(2));
        if (logsAreDropped.get() && command.exited()) {
            throw Refused.notFound("Command not found.");
        }
        return new Reply.Lines(stream -> relay(command, stream));
    }

    private Reply kill(Call call, MatchResult path) {
        var command = session(path).command(path.group(2));
        int signal = call.json().path("signal").asInt(15);
        if (signal < 1 || signal > 31) {
            throw Refused.invalid("`signal` should be between 1 and 31.");
        }
        command.signal(signal);
        return wrapped(command.started());
    }

    private static Reply wrapped(ObjectNode command) {
        var answer = JsonMapper.shared().createObjectNode();
        answer.set("command", command);
        return Reply.json(answer);
    }
}
