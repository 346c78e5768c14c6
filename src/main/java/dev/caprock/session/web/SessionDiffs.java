package dev.caprock.session.web;

import dev.caprock.problem.Problem;
import dev.caprock.session.Isolation;
import dev.caprock.session.Repo;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.ResourceState;
import dev.caprock.session.Session;
import dev.caprock.session.SessionStatus;
import dev.caprock.workspace.Diffs;
import dev.caprock.workspace.RepoDiff;
import dev.caprock.workspace.Tip;
import dev.caprock.workspace.Workspaces;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Finds out what a session changed, repo by repo: from the change before it to the one it left, or has come to so far. */
@Component
class SessionDiffs {

    private final Workspaces workspaces;
    private final Diffs diffs;

    SessionDiffs(Workspaces workspaces, Diffs diffs) {
        this.workspaces = workspaces;
        this.diffs = diffs;
    }

    /** @param name of the only repo to look at; null for all */
    SessionDiff of(Session session, @Nullable String name) {
        List<Repo> repos = session.repos().stream()
                .filter(repo -> name == null || repo.name().equals(name))
                .toList();
        if (repos.isEmpty()) {
            throw Problem.invalid("/repo", "The session has no repo \"%s\".".formatted(name));
        }
        boolean settled = isSettled(session);
        if (!settled && repos.stream().anyMatch(repo -> repo.before() == null)) {
            throw notOpen(session.status());
        }
        var parts = new ArrayList<SessionDiff.Part>();
        int room = Diffs.LARGEST;
        for (Repo repo : repos) {
            String head = head(session, repo);
            RepoDiff diff = diff(session, repo, head).within(room);
            room -= diff.size();
            parts.add(
                    new SessionDiff.Part(repo.name(), repo.before(), head, SessionBody.bookmark(session, repo), diff));
        }
        return new SessionDiff(settled, parts);
    }

    /** Whether the session itself changes nothing any more. */
    private static boolean isSettled(Session session) {
        return session.status() == SessionStatus.CLOSED
                || session.resources(ResourceKind.WORKSPACE).stream().anyMatch(row -> row.is(ResourceState.GONE));
    }

    private static Problem notOpen(SessionStatus status) {
        return new Problem(
                HttpStatus.CONFLICT,
                "workspace_not_open",
                "The session is %s; its workspace is not open yet.".formatted(status.text()),
                "Ask again once the session is running; its events tell when.",
                List.of());
    }

    private RepoDiff diff(Session session, Repo repo, @Nullable String head) {
        if (head != null && !head.equals(repo.before())) {
            return diffs.between(repo.name(), repo.opening(), head);
        }
        // Edits may have gone into the very change that was there before, and only changes can be compared.
        boolean unclear = session.terms().isolation() == Isolation.DIRECT && repo.writable() && session.wasUsed();
        return unclear ? RepoDiff.UNTOLD : RepoDiff.NONE;
    }

    /** The change to compare with the one before the session; null when there never was one. */
    private @Nullable String head(Session session, Repo repo) {
        String left = repo.after();
        if (repo.before() == null || !repo.writable() || repo.before().equals(left)) {
            return repo.before();
        }
        String work = repo.work();
        if (left != null) {
            return work == null ? left : diffs.own(repo.name(), work, left);
        }
        if (session.terms().isolation() == Isolation.DIRECT) {
            return workspaces.tip(repo.name(), repo.base()).change();
        }
        // No bookmark: nobody opened the repo there yet, or it is just being published.
        return workspaces
                .work(repo.name(), session.bookmark())
                .map(Tip::change)
                .orElse(work == null ? repo.before() : work);
    }
}
