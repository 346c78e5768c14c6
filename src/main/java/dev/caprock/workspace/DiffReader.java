package dev.caprock.workspace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;

/**
 * Reads Mesa's diff while it arrives and keeps of it no more than will be shown: how many files and lines an answer may have,
 * Mesa does not say. Of lines it declares the kinds {@code context}, {@code added}, {@code deleted} and {@code annotation}
 * ({@code @mesadev/rest} 0.38.0, June 2026); the last is taken for what a patch says after a {@code \}, and whether a text
 * ends with its line feed is left open.
 */
final class DiffReader extends ValueDeserializer<MesaApi.Content> {

    /** How many characters of hunks a diff keeps. */
    static final int ROOM = 8 << 20;

    /** How many files a diff names. */
    static final int FILES = 10_000;

    @Override
    public MesaApi.Content deserialize(JsonParser json, DeserializationContext context) {
        return new MesaApi.Content(new Reading(json, context).diff());
    }

    /** One diff on its way in. */
    private static final class Reading {

        private final JsonParser json;
        private final DeserializationContext context;
        private final List<FileDiff> files = new ArrayList<>();
        private int room = ROOM;
        private boolean truncated;

        Reading(JsonParser json, DeserializationContext context) {
            this.json = json;
            this.context = context;
        }

        RepoDiff diff() {
            expect(JsonToken.START_OBJECT);
            MesaApi.Diff.@Nullable Stats stats = null;
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                JsonToken value = json.nextToken();
                switch (name) {
                    case "stats" -> stats = context.readValue(json, MesaApi.Diff.Stats.class);
                    case "truncated" -> truncated |= value == JsonToken.VALUE_TRUE;
                    case "entries" -> each(() -> add(false));
                    case "conflicted_entries" -> each(() -> add(true));
                    default -> json.skipChildren();
                }
            }
            if (stats == null) {
                return mismatch("a diff without stats");
            }
            return new RepoDiff(stats.additions(), stats.deletions(), truncated, files);
        }

        private void add(boolean conflicted) {
            if (files.size() == FILES) {
                truncated = true;
                json.skipChildren();
                return;
            }
            files.add(file(conflicted));
        }

        private FileDiff file(boolean conflicted) {
            expect(JsonToken.START_OBJECT);
            String path = null;
            String oldPath = null;
            String status = conflicted ? "conflicted" : "modified";
            String omitted = conflicted ? "conflict" : null;
            var hunks = new Hunks(room);
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                JsonToken value = json.nextToken();
                boolean text = value == JsonToken.VALUE_STRING;
                switch (name) {
                    case "path" -> path = json.getString();
                    case "status" -> status = json.getString();
                    case "old_path" -> oldPath = text ? json.getString() : null;
                    case "omitted_reason" -> omitted = text && !conflicted ? json.getString() : omitted;
                    case "hunks" -> readHunks(hunks, conflicted);
                    default -> json.skipChildren();
                }
            }
            if (path == null) {
                return mismatch("a file without a path");
            }
            if (hunks.isFull()) {
                omitted = RepoDiff.LIMIT;
                truncated = true;
            }
            String shown = omitted == null ? hunks.text() : "";
            room -= shown.length();
            return new FileDiff(path, status, oldPath, hunks.additions(), hunks.deletions(), omitted, shown);
        }

        private void readHunks(Hunks hunks, boolean conflicted) {
            if (conflicted || json.currentToken() == JsonToken.VALUE_NULL) {
                json.skipChildren();
                return;
            }
            each(() -> {
                expect(JsonToken.START_OBJECT);
                for (String name = json.nextName(); name != null; name = json.nextName()) {
                    json.nextToken();
                    switch (name) {
                        case "old_start" -> hunks.oldStart(json.getIntValue());
                        case "new_start" -> hunks.newStart(json.getIntValue());
                        case "lines" -> each(() -> line(hunks));
                        default -> json.skipChildren();
                    }
                }
                hunks.end();
            });
        }

        private void line(Hunks hunks) {
            expect(JsonToken.START_OBJECT);
            String kind = "";
            String text = "";
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                json.nextToken();
                switch (name) {
                    case "kind" -> kind = json.getString();
                    case "text" -> text = hunks.isFull() ? "" : json.getString();
                    default -> json.skipChildren();
                }
            }
            hunks.line(kind, text);
        }

        private void each(Runnable element) {
            expect(JsonToken.START_ARRAY);
            while (json.nextToken() != JsonToken.END_ARRAY) {
                element.run();
            }
        }

        private void expect(JsonToken token) {
            if (json.currentToken() != token) {
                mismatch("%s where %s belongs".formatted(json.currentToken(), token));
            }
        }

        private <T> T mismatch(String what) {
            return context.reportInputMismatch(MesaApi.Content.class, what);
        }
    }
}
