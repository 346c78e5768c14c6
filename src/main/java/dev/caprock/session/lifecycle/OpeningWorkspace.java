package dev.caprock.session.lifecycle;

import dev.caprock.id.Ids;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.session.Repo;
import dev.caprock.session.Session;
import dev.caprock.workspace.Branched;
import dev.caprock.workspace.Workspaces;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Looks the repos up and gives the session its own bookmark on each that it may write, unless the mount does. Repeatable. */
@Component
class OpeningWorkspace implements Doing<Action.OpenWorkspace> {

    private final Workspaces workspaces;
    private final Setbacks setbacks;
    private final Ids ids;

    OpeningWorkspace(Workspaces workspaces, Setbacks setbacks, Ids ids) {
        this.workspaces = workspaces;
        this.setbacks = setbacks;
        this.ids = ids;
    }

    @Override
    public Class<Action.OpenWorkspace> action() {
        return Action.OpenWorkspace.class;
    }

    @Override
    public void intend(Session session, Action.OpenWorkspace open, Instant now) {
        session.intend(open.subject(), ids.next(), workspaces.account(), now);
    }

    @Override
    public Outcome perform(Session session, Action.OpenWorkspace open, Progress progress) {
        try {
            List<Repo> found = new ArrayList<>();
            for (Repo repo : session.repos()) {
                found.add(repo.id() == null ? find(repo) : repo);
            }
            if (!found.equals(session.repos())) {
                progress.record((current, now) -> current.reposFound(found)); // the credential waits for this
            }
            List<Repo> opened = new ArrayList<>();
            for (Repo repo : found) {
                opened.add(open(session, repo));
            }
            return (current, now) -> current.workspaceOpened(open.subject(), opened, now);
        } catch (RemoteFailure failure) {
            return setbacks.opening(open.subject(), failure);
        }
    }

    private Repo find(Repo asked) {
        Optional<dev.caprock.workspace.Repo> there = workspaces.repo(asked.name());
        if (there.isEmpty() && !asked.createIfMissing()) {
            throw new RemoteFailure.Rejected("workspace", "find repo", 404, "", "there is no repo " + asked.name());
        }
        var repo = there.orElseGet(() -> workspaces.createRepo(asked.name()));
        return asked.found(repo.id(), repo.defaultBookmark());
    }

    private Repo open(Session session, Repo repo) {
        if (!SessionCredentials.hasOwnBookmark(session, repo) || SessionCredentials.branchesInMount(session, repo)) {
            return repo.opened(workspaces.tip(repo.name(), repo.base()).change(), null);
        }
        String message = "Session " + session.id();
        Branched branched = workspaces.branch(repo.name(), repo.base(), session.bookmark(), message);
        return repo.opened(branched.baseChange(), branched.workChange());
    }
}
