package dev.caprock.simulator.mesa;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the route of a request and asks whether its caller may use it. The first route that fits wins. */
final class Router {
    private record Route(String method, List<String> pattern, Scope scope, Function<Call, Answer> handler) {
        @Nullable
        Map<String, String> match(Request request) {
            List<String> segments = request.segments();
            if (!method.equals(request.method()) || segments.size() != pattern.size()) {
                return null;
            }
            Map<String, String> variables = new HashMap<>();
            for (int i = 0; i < pattern.size(); i++) {
                String expected = pattern.get(i);
                if (expected.startsWith("{")) {
                    variables.put(expected.substring(1, expected.length() - 1), segments.get(i));
                } else if (!expected.equals(segments.get(i))) {
                    return null;
                }
            }
            return variables;
        }
    }

    private final Organisation organisation;
    private final List<Route> routes = new ArrayList<>();

    Router(Organisation organisation) {
        this.organisation = organisation;
    }

    /** A route such as {@code /{org}/{repo}/changes}; with a {@code {repo}} the scope is asked on that repository. */
    void on(String method, String pattern, Scope scope, Function<Call, Answer> handler) {
        routes.add(new Route(method, List.of(pattern.substring(1).split("/", -1)), scope, handler));
    }

    Answer route(Request request, Caller caller) {
        for (Route route : routes) {
            Map<String, String> variables = route.match(request);
            if (variables != null) {
                return handle(route, new HashMap<>(variables), request, caller);
            }
        }
        throw new Refused(Problem.NOT_FOUND, "no route " + request.method() + " " + request.path());
    }

    private Answer handle(Route route, Map<String, String> variables, Request request, Caller caller) {
        String slug = variables.get("org");
        if (slug != null && !slug.equals(organisation.slug())) {
            throw new Refused(Problem.FORBIDDEN, "the credential does not belong to " + slug);
        }
        String name = variables.get("repo");
        if (name == null) {
            caller.require(route.scope());
            return route.handler().apply(new Call(request, caller, variables, null));
        }
        Repo repo = organisation.repos().named(name);
        caller.require(route.scope(), repo);
        synchronized (repo) {
            return route.handler().apply(new Call(request, caller, variables, repo));
        }
    }
}
