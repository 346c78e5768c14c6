package dev.caprock.simulator.mesa;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Repositories. */
final class RepoRoutes {
    private final Organisation organisation;

    RepoRoutes(Organisation organisation) {
        this.organisation = organisation;
    }

    void addTo(Router router) {
        router.on("POST", "/{org}/repos", Scope.WRITE, this::create);
        router.on("GET", "/{org}/repos", Scope.READ, this::list);
        router.on("PATCH", "/{org}/repos/tags", Scope.WRITE, this::bulkTags);
        router.on("GET", "/{org}/{repo}", Scope.READ, call -> Answer.ok(json(call.repo())));
        router.on("PATCH", "/{org}/{repo}", Scope.WRITE, this::update);
        router.on("DELETE", "/{org}/{repo}", Scope.WRITE, this::delete);
        router.on("POST", "/{org}/{repo}/upstream/syncs", Scope.WRITE, RepoRoutes::noUpstream);
        router.on("GET", "/{org}/{repo}/upstream/syncs", Scope.READ, RepoRoutes::noUpstream);
        router.on("GET", "/{org}/{repo}/upstream/syncs/{sync}", Scope.READ, RepoRoutes::noUpstream);
    }

    private Answer create(Call call) {
        if (call.caller().restricted()) {
            throw new Refused(Problem.FORBIDDEN, "a repository-restricted credential creates no repositories");
        }
        Body body = call.body();
        if (body.object("upstream") != null) {
            throw new Refused(Problem.NOT_IMPLEMENTED, "upstreams are not simulated");
        }
        String bookmark = body.string("default_bookmark");
        Map<String, @Nullable String> tags = body.tags("tags");
        Repo repo = organisation
                .repos()
                .create(body.string("name"), bookmark == null ? "main" : bookmark, organisation.now());
        Tags.apply(repo.tags(), tags);
        return Answer.created(json(repo));
    }

    private Answer list(Call call) {
        String tags = call.query("tags");
        List<Repo> repos = organisation.repos().all().stream()
                .filter(call.caller()::reaches)
                .filter(repo -> tags == null || Tags.match(repo.tags(), tags))
                .toList();
        return call.page("repos", repos, Repo::id, this::json);
    }

    private Answer update(Call call) {
        Body body = call.body();
        Repo repo = call.repo();
        String bookmark = body.string("default_bookmark");
        if (bookmark != null) {
            repo.makeDefault(bookmark);
        }
        String name = body.string("name");
        if (name != null) {
            organisation.repos().rename(repo, name);
        }
        Tags.apply(repo.tags(), body.tags("tags"));
        return Answer.ok(json(repo));
    }

    private Answer delete(Call call) {
        organisation.repos().delete(call.repo());
        return Answer.success();
    }

    private Answer bulkTags(Call call) {
        Body body = call.body();
        List<String> ids = body.strings("repo_ids");
        String key = body.required("key");
        boolean set = body.required("action").equals("set");
        String value = set ? body.required("value") : null;
        int updated = 0;
        for (String id : ids == null ? List.<String>of() : ids) {
            Repo repo = organisation.repos().find(id);
            if (repo == null) {
                throw new Refused(Problem.NOT_FOUND, "no repository has the id " + id);
            }
            call.caller().require(Scope.WRITE, repo);
            Tags.apply(repo.tags(), java.util.Collections.singletonMap(key, value));
            updated++;
        }
        return Answer.ok(Json.object("updated", updated));
    }

    private static Answer noUpstream(Call call) {
        throw new Refused(
                Problem.NOT_IMPLEMENTED,
                "upstreams are not simulated: " + call.repo().name());
    }

    private Map<String, @Nullable Object> json(Repo repo) {
        return repo.json(organisation.slug());
    }
}
