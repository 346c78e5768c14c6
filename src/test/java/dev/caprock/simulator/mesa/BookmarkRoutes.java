package dev.caprock.simulator.mesa;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bookmarks, and merging one into another. */
final class BookmarkRoutes {
    private final Organisation organisation;

    BookmarkRoutes(Organisation organisation) {
        this.organisation = organisation;
    }

    void addTo(Router router) {
        router.on("POST", "/{org}/{repo}/bookmarks/merge", Scope.WRITE, this::merge);
        router.on("GET", "/{org}/{repo}/bookmarks", Scope.READ, BookmarkRoutes::list);
        router.on("POST", "/{org}/{repo}/bookmarks", Scope.WRITE, BookmarkRoutes::create);
        router.on("GET", "/{org}/{repo}/bookmarks/{bookmark}", Scope.READ, BookmarkRoutes::get);
        router.on("PATCH", "/{org}/{repo}/bookmarks/{bookmark}", Scope.WRITE, BookmarkRoutes::move);
        router.on("DELETE", "/{org}/{repo}/bookmarks/{bookmark}", Scope.WRITE, BookmarkRoutes::delete);
    }

    private static Answer list(Call call) {
        Repo repo = call.repo();
        String glob = call.query("glob");
        String pattern = glob == null ? ".*" : regex(glob);
        List<String> names = repo.bookmarks().keySet().stream()
                .filter(name -> name.matches(pattern))
                .toList();
        return call.page("bookmarks", names, name -> name, repo::bookmarkJson);
    }

    private static Answer create(Call call) {
        Body body = call.body();
        String name = body.required("name");
        call.repo().createBookmark(name, body.required("change_id"));
        return Answer.created(call.repo().bookmarkJson(name));
    }

    private static Answer get(Call call) {
        return Answer.ok(call.repo().bookmarkJson(call.variable("bookmark")));
    }

    private static Answer move(Call call) {
        Body body = call.body();
        String name = call.variable("bookmark");
        Repo.Move move = call.repo().move(name, body.required("change_id"), body.flag("allow_backwards"));
        Map<String, @Nullable Object> json = call.repo().bookmarkJson(name);
        json.put("from_change_id", move.from());
        return Answer.ok(json);
    }

    private static Answer delete(Call call) {
        call.repo().deleteBookmark(call.variable("bookmark"));
        return Answer.success();
    }

    private Answer merge(Call call) {
        Body body = call.body();
        Repo repo = call.repo();
        String target = body.required("target");
        String source = body.required("source");
        String to = repo.head(target);
        String from = repo.head(source);
        boolean delete = body.flag("delete_source");
        if (delete && source.equals(repo.defaultBookmark())) {
            throw new Refused(Problem.DEFAULT_BOOKMARK, source + " is the default bookmark");
        }
        // A source that the target already holds brings nothing, so merging it again is a no-op too.
        boolean nothing = repo.ancestry(to).contains(from);
        String merged = nothing ? to : merged(call, body, repo, to, from);
        if (!nothing) {
            repo.move(target, merged, false);
        }
        if (delete) {
            repo.deleteBookmark(source);
        }
        return Answer.ok(Json.object(
                "merge_type", nothing ? "no_op" : "merge_commit",
                "is_conflicted", !repo.content(merged).conflicts().isEmpty(),
                "commit_oid", repo.commit(merged),
                "change_id", merged,
                "target", target,
                "source", source,
                "source_deleted", delete));
    }

    private String merged(Call call, Body body, Repo repo, String to, String from) {
        String ancestor = repo.commonAncestor(to, from);
        Merge merge =
                Merge.of(repo.tree(ancestor), repo.tree(to), repo.tree(from)).resolved(body.objects("resolutions"));
        if (!merge.conflicts().isEmpty() && !body.flag("allow_conflicted")) {
            throw merge.refused();
        }
        String message = Objects.requireNonNullElse(
                body.string("message"), "Merge " + body.required("source") + " into " + body.required("target"));
        List<Author> authors = call.caller().authors();
        Author author = authors.isEmpty() ? Author.UNKNOWN : authors.getFirst();
        Change.Draft draft = new Change.Draft(message, author);
        return repo.create(List.of(to, from), draft, author, merge, organisation.now())
                .id();
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        for (char c : glob.toCharArray()) {
            regex.append(c == '*' ? ".*" : c == '?' ? "." : java.util.regex.Pattern.quote(String.valueOf(c)));
        }
        return regex.toString();
    }
}
