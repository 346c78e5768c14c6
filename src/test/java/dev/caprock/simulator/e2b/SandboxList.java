package dev.caprock.simulator.e2b;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/** {@code GET /v2/sandboxes}: filters, order and pages. */
final class SandboxList {

    private static final Comparator<SimulatedSandbox> ASCENDING =
            Comparator.comparing(SimulatedSandbox::startedAt).thenComparing(SimulatedSandbox::id);

    private final Call call;

    SandboxList(Call call) {
        this.call = call;
    }

    Reply of(List<SimulatedSandbox> sandboxes) {
        int limit = limit();
        boolean ascending = "asc".equals(call.query("order"));
        var order = ascending ? ASCENDING : ASCENDING.reversed();
        var rest = sandboxes.stream().filter(this::matches).sorted(order).toList();
        var token = call.query("nextToken");
        if (token != null) {
            rest = after(rest, Cursor.read(token), ascending);
        }
        var page = rest.subList(0, Math.min(limit, rest.size()));
        var array = JsonMapper.shared().createArrayNode();
        page.forEach(sandbox -> array.add(sandbox.listed()));
        var reply = Reply.json(200, array)
                .with(
                        "X-Total-Running",
                        Long.toString(sandboxes.stream()
                                .filter(SimulatedSandbox::running)
                                .count()));
        return page.size() < rest.size()
                ? reply.with("X-Next-Token", Cursor.of(page.getLast()).token(ascending))
                : reply;
    }

    private boolean matches(SimulatedSandbox sandbox) {
        String states = call.query("state");
        String after = call.query("startedAfter");
        String template = call.query("template");
        boolean state = states == null || Set.of(states.split(",")).contains(sandbox.paused() ? "paused" : "running");
        return state
                && (after == null || sandbox.startedAt().isAfter(Instant.parse(after)))
                && (template == null
                        || SandboxTemplates.name(sandbox.template()).equals(template)
                        || SandboxTemplates.id(sandbox.template()).equals(template))
                && sandbox.metadata().entrySet().containsAll(metadata().entrySet());
    }

    /** The HTTP layer has decoded once, then come the whole string and each part. */
    private Map<String, String> metadata() {
        var wanted = new HashMap<String, String>();
        String text = call.query("metadata");
        for (String pair : text == null || text.isEmpty()
                ? new String[0]
                : Call.decode(text).split("&", -1)) {
            String[] parts = pair.split("=", -1);
            if (parts.length != 2) {
                throw Refused.api(400, "Error when parsing metadata: invalid metadata query");
            }
            wanted.put(Call.decode(parts[0]), Call.decode(parts[1]));
        }
        return wanted;
    }

    private int limit() {
        String limit = call.query("limit");
        if (limit != null && !limit.matches("[1-9]\\d?|100")) {
            throw Refused.api(400, "validation error: parameter \"limit\" in query has an error: must be 1 to 100");
        }
        return limit == null ? 100 : Integer.parseInt(limit);
    }

    private static List<SimulatedSandbox> after(List<SimulatedSandbox> all, Cursor cursor, boolean ascending) {
        return all.stream()
                .filter(sandbox -> {
                    int compared = Cursor.of(sandbox).compareTo(cursor);
                    return ascending ? compared > 0 : compared < 0;
                })
                .toList();
    }

    /** The last item of a page. */
    private record Cursor(Instant startedAt, String id) implements Comparable<Cursor> {

        static Cursor of(SimulatedSandbox sandbox) {
            return new Cursor(sandbox.startedAt(), sandbox.id());
        }

        static Cursor read(String token) {
            try {
                var parts = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split("__");
                return new Cursor(Instant.parse(parts[0]), parts[1]);
            } catch (IllegalArgumentException | DateTimeParseException | ArrayIndexOutOfBoundsException e) {
                throw Refused.api(400, "Invalid next token");
            }
        }

        String token(boolean ascending) {
            String text = startedAt + "__" + id + (ascending ? "__asc" : "");
            return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public int compareTo(Cursor other) {
            return Comparator.comparing(Cursor::startedAt)
                    .thenComparing(Cursor::id)
                    .compare(this, other);
        }
    }
}
