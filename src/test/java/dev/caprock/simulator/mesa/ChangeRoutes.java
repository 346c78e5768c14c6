package dev.caprock.simulator.mesa;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Changes: made, read, and evolved. */
final class ChangeRoutes {
    private final Organisation organisation;

    ChangeRoutes(Organisation organisation) {
        this.organisation = organisation;
    }

    void addTo(Router router) {
        router.on("GET", "/{org}/{repo}/changes", Scope.READ, ChangeRoutes::list);
        router.on("POST", "/{org}/{repo}/changes", Scope.WRITE, this::create);
        router.on("GET", "/{org}/{repo}/changes/{change}", Scope.READ, ChangeRoutes::get);
        router.on("PATCH", "/{org}/{repo}/changes/{change}", Scope.WRITE, this::patch);
    }

    private static Answer list(Call call) {
        Repo repo = call.repo();
        String bookmark = call.query("bookmark");
        List<Change> history = repo.history(bookmark == null ? repo.defaultBookmark() : bookmark);
        return call.page(
                "changes", history, change -> "%010d".formatted(Integer.MAX_VALUE - change.number()), Change::json);
    }

    private static Answer get(Call call) {
        return Answer.ok(call.repo().change(call.variable("change")).detailedJson());
    }

    private Answer create(Call call) {
        Body body = call.body();
        Repo repo = call.repo();
        String base = body.required("base_change_id");
        List<Edit> edits = Edit.listOf(body);
        Author author = author(call.caller(), body);
        String message = body.string("message");
        if (!edits.isEmpty() && (author == null || message == null)) {
            throw Body.bad("author and message are required with files");
        }
        Merge parent = repo.content(base);
        Author known = author == null ? Author.UNKNOWN : author;
        Author committer = call.caller().authors().isEmpty() ? Author.of(body.object("committer")) : null;
        Change change = repo.create(
                List.of(base),
                new Change.Draft(message == null ? "" : message, known),
                committer == null ? known : committer,
                new Merge(parent.tree().edited(edits), parent.conflicts()),
                organisation.now());
        return Answer.created(change.json());
    }

    private Answer patch(Call call) {
        Body body = call.body();
        Repo repo = call.repo();
        Change change = repo.change(call.variable("change"));
        String expected = body.string("base_commit_oid");
        if (expected != null && !expected.equals(change.commit())) {
            throw new Refused(Problem.STALE, "the change is at " + change.commit() + ", not at " + expected);
        }
        List<Edit> edits = Edit.listOf(body);
        Author author = author(call.caller(), body);
        if (!edits.isEmpty() && author == null) {
            throw Body.bad("author is required with files");
        }
        Merge content = patched(change, edits, body.objects("resolutions"));
        Change.Draft old = change.draft();
        Change.Draft draft = new Change.Draft(
                Objects.requireNonNullElse(body.string("message"), old.message()),
                author == null ? old.author() : author);
        repo.evolve(change, content, draft, organisation.now());
        return Answer.ok(change.json());
    }

    private static Merge patched(Change change, List<Edit> edits, List<Body> resolutions) {
        if (!edits.isEmpty() && !resolutions.isEmpty()) {
            throw Body.bad("files and resolutions exclude each other");
        }
        Merge content = change.content();
        if (content.conflicts().isEmpty()) {
            if (!resolutions.isEmpty()) {
                throw Body.bad("the change is not conflicted");
            }
            return new Merge(content.tree().edited(edits), Map.of());
        }
        Merge resolved = content.resolved(resolutions);
        if (!edits.isEmpty() || !resolved.conflicts().isEmpty()) {
            throw resolved.refused();
        }
        return resolved;
    }

    /** Authors of an organisation's token win over those of the body. */
    private static @Nullable Author author(Caller caller, Body body) {
        return caller.authors().isEmpty()
                ? Author.of(body.object("author"))
                : caller.authors().getFirst();
    }
}
