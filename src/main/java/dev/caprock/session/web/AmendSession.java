package dev.caprock.session.web;

import dev.caprock.problem.Mistakes;
import dev.caprock.problem.Problem;
import dev.caprock.session.Amendment;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The body of {@code PATCH /v1/sessions/{id}}: a JSON merge patch (RFC 7396), in which null removes. */
final class AmendSession {

    private static final String LABELS = "/labels";
    private static final String EXPIRES_AT = "/expiresAt";

    private final JsonNode patch;
    private final Mistakes mistakes = new Mistakes();

    private AmendSession(JsonNode patch) {
        this.patch = patch;
    }

    /** @throws Problem naming all that is wrong with it */
    static Amendment read(JsonNode patch) {
        if (!patch.isObject()) {
            throw Problem.invalid("", "The request needs a JSON object.");
        }
        return new AmendSession(patch).read();
    }

    private Amendment read() {
        for (String name : patch.propertyNames()) {
            String pointer = Mistakes.child("", name);
            mistakes.check(
                    pointer.equals(LABELS) || pointer.equals(EXPIRES_AT),
                    pointer,
                    "There is no field \"%s\" that can be changed.".formatted(name));
        }
        var amendment = new Amendment(labels(patch.path("labels")), expiresAt(patch.path("expiresAt")));
        mistakes.end();
        return amendment;
    }

    private Amendment.@Nullable Labels labels(JsonNode labels) {
        if (labels.isMissingNode()) {
            return null;
        }
        if (!labels.isObject()) {
            mistakes.check(labels.isNull(), LABELS, "This is not of the type that the field has.");
            return new Amendment.Labels(true, Map.of(), new HashSet<>());
        }
        var set = new HashMap<String, @Nullable String>();
        var removed = new HashSet<String>();
        labels.propertyStream().forEach(label -> {
            JsonNode value = label.getValue();
            if (value.isNull()) {
                removed.add(label.getKey());
            } else if (value.isString()) {
                set.put(label.getKey(), value.stringValue());
            } else {
                mistakes.add(Mistakes.child(LABELS, label.getKey()), "Must be a text, or null to remove the label.");
            }
        });
        return new Amendment.Labels(false, RequestFields.labels(set, mistakes), removed);
    }

    private @Nullable Instant expiresAt(JsonNode time) {
        if (time.isMissingNode()) {
            return null;
        }
        try {
            if (time.isString()) {
                return Instant.parse(time.stringValue()).truncatedTo(ChronoUnit.MICROS); // as it is stored
            }
        } catch (DateTimeParseException notOne) {
            // it is told below
        }
        mistakes.add(EXPIRES_AT, "Must be a time as in RFC 3339, for example 2026-01-31T12:00:00Z.");
        return null;
    }
}
