package dev.caprock.apidocs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Whether a document keeps what an earlier one promised: who wrote a client for the earlier one need not change it. New
 * operations, optional fields and words are no break; that clients must accept those is part of the contract.
 */
final class Promises {

    private final ApiDocument before;
    private final ApiDocument now;
    private final List<String> broken = new ArrayList<>();

    private Promises(JsonNode before, JsonNode now) {
        this.before = new ApiDocument(before);
        this.now = new ApiDocument(now);
    }

    /** What is broken, a line for each. */
    static List<String> broken(JsonNode before, JsonNode now) {
        var promises = new Promises(before, now);
        promises.compare();
        return promises.broken;
    }

    private void compare() {
        for (ApiDocument.Call call : before.calls()) {
            Optional<ApiDocument.Call> kept = now.calls().stream()
                    .filter(each ->
                            each.method().equals(call.method()) && each.path().equals(call.path()))
                    .findFirst();
            kept.ifPresentOrElse(
                    found -> operation(call, found),
                    () -> broken.add("%s %s is gone".formatted(call.method(), call.path())));
        }
    }

    private void operation(ApiDocument.Call then, ApiDocument.Call here) {
        String at = then.id();
        check(then.id().equals(here.id()), at + " is called " + here.id());
        for (JsonNode parameter : then.parameters()) {
            here.parameters().stream()
                    .filter(each -> isSame(each, parameter))
                    .findFirst()
                    .ifPresentOrElse(
                            found -> taken(parameter.path("schema"), found.path("schema"), name(at, parameter)),
                            () -> broken.add(name(at, parameter) + " is gone"));
        }
        here.parameters().stream()
                .filter(each -> each.path("required").asBoolean(false))
                .filter(each -> then.parameters().stream()
                        .noneMatch(
                                old -> isSame(old, each) && old.path("required").asBoolean(false)))
                .forEach(each -> broken.add(name(at, each) + " is required now"));
        if (then.body() != null && here.body() != null) {
            taken(then.body(), here.body(), at + " body");
        }
        check((then.body() == null) == (here.body() == null), at + " has a body, or has none any more");
        answers(then, here);
    }

    private void answers(ApiDocument.Call then, ApiDocument.Call here) {
        then.responses().forEachEntry((status, answer) -> {
            if (!status.startsWith("2")) {
                return;
            }
            JsonNode kept = here.responses().path(status);
            String at = then.id() + " " + status;
            check(!kept.isMissingNode(), at + " is gone");
            answer.path("headers")
                    .propertyNames()
                    .forEach(header -> check(kept.path("headers").has(header), at + " has no " + header));
            answer.path("content").forEachEntry((type, content) -> {
                check(kept.path("content").has(type), at + " is no " + type);
                given(content.path("schema"), kept.path("content").path(type).path("schema"), at + " " + type);
            });
        });
    }

    /** A schema of what callers send: whatever was taken is taken still. */
    private void taken(JsonNode old, JsonNode changed, String at) {
        JsonNode then = before.resolved(old);
        JsonNode here = now.resolved(changed);
        same(then, here, at);
        check(
                ApiDocument.types(here).containsAll(ApiDocument.types(then)),
                at + " was " + then.path("type") + ", is " + here.path("type"));
        Set<String> required = words(then.path("required"));
        words(here.path("required")).stream()
                .filter(name -> !required.contains(name))
                .forEach(name -> broken.add(at + "/" + name + " is required now"));
        then.path("properties").forEachEntry((name, property) -> {
            check(here.path("properties").has(name), at + "/" + name + " is gone");
            taken(property, here.path("properties").path(name), at + "/" + name);
        });
        inside(then, here, at, true);
    }

    /** A schema of what callers get: whatever could be relied on can be still. */
    private void given(JsonNode old, JsonNode changed, String at) {
        JsonNode then = before.resolved(old);
        JsonNode here = now.resolved(changed);
        same(then, here, at);
        check(
                ApiDocument.types(then).containsAll(ApiDocument.types(here)),
                at + " was " + then.path("type") + ", is " + here.path("type"));
        Set<String> required = words(here.path("required"));
        words(then.path("required")).stream()
                .filter(name -> !required.contains(name))
                .forEach(name -> broken.add(at + "/" + name + " may be missing now"));
        then.path("properties").forEachEntry((name, property) -> {
            check(here.path("properties").has(name), at + "/" + name + " is gone");
            given(property, here.path("properties").path(name), at + "/" + name);
        });
        inside(then, here, at, false);
    }

    private void inside(JsonNode then, JsonNode here, String at, boolean isTaken) {
        for (String part : List.of("items", "additionalProperties")) {
            if (then.path(part).isObject()) {
                if (isTaken) {
                    taken(then.path(part), here.path(part), at + "/*");
                } else {
                    given(then.path(part), here.path(part), at + "/*");
                }
            }
        }
    }

    private void same(JsonNode then, JsonNode here, String at) {
        check(then.path("format").equals(here.path("format")), at + " has another format");
        check(then.path("anyOf").equals(here.path("anyOf")), at + " is another choice");
        boolean keepsWords = !here.has("enum") || words(here.path("enum")).containsAll(words(then.path("enum")));
        check(keepsWords, at + " has lost a word of " + then.path("enum"));
    }

    private void check(boolean kept, String otherwise) {
        if (!kept) {
            broken.add(otherwise);
        }
    }

    private static boolean isSame(JsonNode one, JsonNode other) {
        return one.path("name").equals(other.path("name")) && one.path("in").equals(other.path("in"));
    }

    private static String name(String at, JsonNode parameter) {
        return "%s %s %s"
                .formatted(
                        at,
                        parameter.path("in").asString(),
                        parameter.path("name").asString());
    }

    private static Set<String> words(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).collect(Collectors.toSet());
    }
}
