package dev.caprock.workspace;

import dev.caprock.remote.RemoteFailure;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * What a session changed, as Mesa tells it. Calls change nothing, throw {@link RemoteFailure}, and never retry; what is gone
 * is {@code Rejected} with 404.
 */
@Component
public class Diffs {

    /** How many characters of hunks a diff keeps. */
    public static final int LARGEST = DiffReader.ROOM;

    /** How many changes of its own a session is believed to have made on one repository. */
    private static final int STEPS = 50;

    private final Mesa mesa;

    Diffs(Workspaces workspaces) {
        this.mesa = workspaces.mesa();
    }

    /** What lies between two changes, each as it is now; {@link Tip#ROOT} is allowed. */
    public RepoDiff between(String repo, String baseChange, String headChange) {
        RepoName.checked(repo);
        return mesa.ask("diff", (api, org) -> api.content(org, repo, baseChange, headChange))
                .diff();
    }

    /**
     * The newest change of a session's own that a change is made of. After a merge this is what was merged, so that edits which
     * others brought to the same bookmark meanwhile are not taken for the session's.
     *
     * @param workChange the change that the session was given
     * @param left the change that the session left: of its own bookmark, or of the bookmark it was merged into
     */
    public String own(String repo, String workChange, String left) {
        RepoName.checked(repo);
        String newest = left;
        String change = left;
        for (int step = 0; step < STEPS && !change.equals(workChange) && !change.equals(Tip.ROOT); step++) {
            String at = change;
            List<String> parents = mesa.ask("read change", (api, org) -> api.change(org, repo, at))
                    .parents();
            if (parents.isEmpty()) {
                break;
            }
            // A merge names its target first.
            change = parents.contains(workChange) ? workChange : parents.getLast();
            newest = parents.size() > 1 ? change : newest;
        }
        return change.equals(workChange) ? newest : workChange;
    }
}
