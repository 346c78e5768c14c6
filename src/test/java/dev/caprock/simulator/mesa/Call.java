package dev.caprock.simulator.mesa;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request on its way to a route: who asks, for what. */
final class Call {
    private static final int DEFAULT_LIMIT = 20;

    private final Request request;
    private final Caller caller;
    private final Map<String, String> variables;
    private final @Nullable Repo repo;

    Call(Request request, Caller caller, Map<String, String> variables, @Nullable Repo repo) {
        this.request = request;
        this.caller = caller;
        this.variables = variables;
        this.repo = repo;
    }

    Caller caller() {
        return caller;
    }

    String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + name);
        }
        return value;
    }

    Repo repo() {
        if (repo == null) {
            throw new IllegalStateException("not a route of a repository");
        }
        return repo;
    }

    Body body() {
        return Body.read(request.body());
    }

    @Nullable
    String query(String name) {
        return request.query().get(name);
    }

    String requiredQuery(String name) {
        String value = query(name);
        if (value == null || value.isEmpty()) {
            throw Body.bad(name + " is required");
        }
        return value;
    }

    boolean accepts(String contentType) {
        return request.accept().startsWith(contentType);
    }

    /** A number of the query within its bounds, or the default. */
    int number(String name, int fallback, int least, int most) {
        String text = query(name);
        if (text == null) {
            return fallback;
        }
        if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw Body.bad(name + " must be between " + least + " and " + most);
        }
        return Integer.parseInt(text);
    }

    /**
     * One page of the items. They are ordered by a stable text of each, and the cursor says the last one shown, so that
     * items which come or go between pages neither hide nor repeat others.
     */
    <T> Answer page(
            String name, List<T> items, Function<T, String> order, Function<T, Map<String, @Nullable Object>> json) {
        int limit = number("limit", DEFAULT_LIMIT, 1, 100);
        String after = after();
        List<T> rest = new ArrayList<>(items);
        rest.removeIf(item -> order.apply(item).compareTo(after) <= 0);
        rest.sort(Comparator.comparing(order));
        List<T> shown = rest.subList(0, Math.min(limit, rest.size()));
        boolean more = rest.size() > shown.size();
        String cursor = more ? encoded(order.apply(shown.getLast())) : null;
        return Answer.ok(Json.object(
                "next_cursor",
                cursor,
                "has_more",
                more,
                name,
                shown.stream().map(json).toList()));
    }

    private String after() {
        String cursor = query("cursor");
        if (cursor == null) {
            return "";
        }
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Body.bad("not a cursor");
        }
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
