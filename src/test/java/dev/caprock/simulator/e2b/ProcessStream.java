package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Exit;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Tells one client what a process does, until one of the two has had enough. */
final class ProcessStream {

    private static final long STANDARD_KEEPALIVE_SECONDS = 90;

    private static final Map<Integer, String> SIGNALS = Map.of(
            1,
            "hangup",
            2,
            "interrupt",
            3,
            "quit",
            6,
            "aborted",
            9,
            "killed",
            11,
            "segmentation fault",
            13,
            "broken pipe",
            14,
            "alarm clock",
            15,
            "terminated");

    private final EventStream stream;
    private final SandboxEnding ending;
    private final long keepalive;
    private final long deadline;

    ProcessStream(EventStream stream, Call call, SandboxEnding ending) {
        this.stream = stream;
        this.ending = ending;
        this.keepalive =
                Subscription.nanos(positive(call.header("Keepalive-Ping-Interval"), STANDARD_KEEPALIVE_SECONDS));
        long timeout = positive(call.header("Connect-Timeout-Ms"), 0);
        this.deadline = timeout == 0 ? Long.MAX_VALUE : System.nanoTime() + timeout * 1_000_000;
    }

    /** A header's positive number, or what holds without one. */
    static long positive(@Nullable String header, long otherwise) {
        return header != null && header.matches("0*[1-9]\\d{0,9}") ? Long.parseLong(header) : otherwise;
    }

    void relay(long pid, Subscription subscription) throws IOException, InterruptedException {
        stream.event("start", object().put("pid", pid));
        while (true) {
            long left = deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - System.nanoTime();
            if (left <= 0) {
                throw new ConnectError("deadline_exceeded", "context deadline exceeded");
            }
            switch (subscription.take(Math.min(keepalive, left))) {
                case null -> {
                    if (left > keepalive) {
                        stream.event("keepalive", object());
                    }
                }
                case ProcessEvent.Data(String name, byte[] bytes) ->
                    stream.event("data", object().put(name, Base64.getEncoder().encodeToString(bytes)));
                case ProcessEvent.End(Exit exit) -> {
                    stream.event("end", end(exit));
                    return;
                }
                case ProcessEvent.Lost lost -> throw lost();
            }
        }
    }

    private RuntimeException lost() {
        return switch (ending) {
            case CUT -> new Dropped();
            case UNAVAILABLE ->
                new ConnectError("unavailable", "the connection to sandbox ended before the stream completed");
        };
    }

    /** Zero values are left out. */
    private static ObjectNode end(Exit exit) {
        var end = object();
        if (exit.signal() > 0) {
            String status = "signal: " + SIGNALS.getOrDefault(exit.signal(), "signal " + exit.signal());
            return end.put("exitCode", -1).put("status", status).put("error", status);
        }
        String status = "exit status " + exit.code();
        if (exit.code() != 0) {
            end.put("exitCode", exit.code());
        }
        end.put("exited", true).put("status", status);
        return exit.code() == 0 ? end : end.put("error", status);
    }

    private static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }
}
