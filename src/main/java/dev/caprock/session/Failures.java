package dev.caprock.session;

import org.jspecify.annotations.Nullable;

/** The ways in which a session fails, as its caller reads them. */
public final class Failures {

    static final Detail SANDBOX_LOST = new Detail(
            "sandbox_lost",
            "The sandbox ended on its own before the session was closed.",
            true,
            "Start the session again; edits that reached the repo are on the session's bookmark.");

    static final Detail NOT_FLUSHED = new Detail(
            "workspace_not_flushed",
            "The agent ended well, but the mount did not end cleanly, so its last edits may be missing.",
            true,
            "Compare the session's bookmark with what you expect, then start the session again if edits are missing.");

    private Failures() {}

    static @Nullable Detail of(Run run) {
        return switch (run.status()) {
            case FAILED -> run.stopReason() == StopReason.TIMED_OUT ? timedOut() : exited(run);
            case LOST ->
                new Detail(
                        "agent_lost",
                        "The agent's process is gone and left no exit code.",
                        true,
                        "Look at the end of its output; start the session again.");
            case QUEUED, STARTING, RUNNING, SUCCEEDED, CANCELLED -> null;
        };
    }

    private static Detail timedOut() {
        return new Detail(
                "run_timed_out",
                "The agent was still working when its run time-out had passed, and was stopped.",
                false,
                "Ask for a longer runTimeout, or for less in one prompt.");
    }

    private static Detail exited(Run run) {
        return new Detail(
                "agent_failed",
                "The agent ended with exit code %d.".formatted(run.exitCode()),
                false,
                "Read the run's output, standard error included.");
    }

    /** Opening did not end in time. */
    public static Detail openingTimedOut(@Nullable String lastError) {
        return new Detail(
                "opening_timed_out",
                "The session could not be opened in time. Last problem: " + (lastError == null ? "none" : lastError),
                true,
                "Try again later; see the session's conditions for what it waited for.");
    }

    /** The workspace could not be read back or published in time. */
    public static Detail notSettled(@Nullable String lastError) {
        return new Detail(
                "workspace_not_published",
                "The agent's edits could not be published in time. Last problem: "
                        + (lastError == null ? "none" : lastError),
                true,
                "Merge the session's bookmark yourself; nothing on it is lost.");
    }

    /** The agent's edits do not merge with what happened on the base bookmark meanwhile. */
    public static Detail conflict(String repo, java.util.List<String> paths) {
        return new Detail(
                "merge_conflict",
                "The edits to repo %s conflict with its base bookmark in: %s."
                        .formatted(repo, String.join(", ", paths)),
                false,
                "Merge the session's bookmark yourself; nothing on it is lost.");
    }

    /** What the mount or the agent needs could not be installed. */
    public static Detail notPrepared(String lastLine) {
        return new Detail(
                "prepare_failed",
                "The sandbox could not be prepared: " + lastLine,
                true,
                "See the prepare.phase events; a template with everything installed needs no preparing.");
    }

    /** The runner did not start the agent. */
    public static Detail notStarted(boolean mountMissing, String reason) {
        return mountMissing
                ? new Detail("mount_failed", "The workspace did not get mounted: " + reason, true, "Start again later.")
                : new Detail(
                        "launch_failed", "The agent was not launched: " + reason, false, "Correct agent and template.");
    }

    /** A remote refused what opening needs. */
    public static Detail refused(String code, String message) {
        return new Detail(code, message, false, "Correct the request or the service's settings, then start again.");
    }
}
