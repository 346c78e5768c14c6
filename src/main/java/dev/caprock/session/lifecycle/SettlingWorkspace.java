package dev.caprock.session.lifecycle;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Detail;
import dev.caprock.session.Failures;
import dev.caprock.session.Isolation;
import dev.caprock.session.Repo;
import dev.caprock.session.Session;
import dev.caprock.workspace.Merged;
import dev.caprock.workspace.Tip;
import dev.caprock.workspace.Workspaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads back what the session left and, where it succeeded and is to be published, merges it. Repeatable. */
@Component
class SettlingWorkspace implements Doing<Action.SettleWorkspace> {

    private final Workspaces workspaces;
    private final Setbacks setbacks;

    SettlingWorkspace(Workspaces workspaces, Setbacks setbacks) {
        this.workspaces = workspaces;
        this.setbacks = setbacks;
    }

    @Override
    public Class<Action.SettleWorkspace> action() {
        return Action.SettleWorkspace.class;
    }

    /** A repo as it was left, and what went wrong, if anything. */
    private record Left(Repo repo, @Nullable Detail failure) {}

    @Override
    public Outcome perform(Session session, Action.SettleWorkspace settle, Progress progress) {
        try {
            List<Left> left = new ArrayList<>();
            for (Repo repo : session.repos()) {
                left.add(settled(session, withWork(session, repo, progress)));
            }
            List<Repo> repos = left.stream().map(Left::repo).toList();
            Detail failure = left.stream()
                    .map(Left::failure)
                    .filter(java.util.Objects::nonNull)
                    .findFirst()
                    .orElse(null);
            return (current, now) -> current.settled(settle.subject(), repos, failure, now);
        } catch (RemoteFailure failure) {
            return setbacks.releasing(settle.subject(), failure);
        }
    }

    /** A bookmark that the mount made is remembered before it is merged: afterwards nothing would tell of it. */
    private Repo withWork(Session session, Repo repo, Progress progress) {
        if (repo.work() != null || !SessionCredentials.branchesInMount(session, repo)) {
            return repo;
        }
        Optional<Tip> work = workspaces.work(repo.name(), session.bookmark());
        work.ifPresent(found -> progress.record((current, now) -> current.workFound(repo.name(), found.change())));
        return work.map(found -> repo.working(found.change())).orElse(repo);
    }

    private Left settled(Session session, Repo repo) {
        if (!repo.writable() || repo.before() == null && session.terms().isolation() == Isolation.DIRECT) {
            return new Left(repo, null);
        }
        if (session.terms().isolation() == Isolation.DIRECT) {
            return left(repo, workspaces.tip(repo.name(), repo.base()));
        }
        if (repo.work() == null || isUntouched(session, repo)) {
            workspaces.deleteBookmark(repo.name(), session.bookmark());
            return new Left(repo.before() == null ? repo : repo.settled(repo.before(), null), null);
        }
        return session.willPublish()
                ? published(session, repo)
                : left(repo, workspaces.tip(repo.name(), session.bookmark()));
    }

    /** Judged by what the bookmark names now: an agent may have gone on to further changes than the one it was given. */
    private boolean isUntouched(Session session, Repo repo) {
        if (!session.wasUsed()) {
            return true;
        }
        String head = workspaces
                .work(repo.name(), session.bookmark())
                .map(Tip::change)
                .orElseGet(repo::own); // merged before, by an attempt whose answer was lost
        return workspaces.diff(repo.name(), repo.opening(), head).isEmpty();
    }

    private Left published(Session session, Repo repo) {
        String message = "Publish session " + session.id();
        Merged merged = workspaces.merge(repo.name(), session.bookmark(), repo.base(), repo.own(), message, true);
        return switch (merged) {
            case Merged.Clean(String change, String commit) -> left(repo, new Tip(change, commit));
            case Merged.NothingToDo() -> left(repo, workspaces.tip(repo.name(), repo.base()));
            case Merged.Conflict(List<String> paths) ->
                new Left(
                        left(repo, workspaces.tip(repo.name(), session.bookmark()))
                                .repo(),
                        Failures.conflict(repo.name(), paths));
        };
    }

    private static Left left(Repo repo, Tip tip) {
        return new Left(repo.settled(tip.change(), tip.commit()), null);
    }
}
