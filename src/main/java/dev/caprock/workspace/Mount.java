package dev.caprock.workspace;

import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.Scripts;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Mesa's mount in a sandbox: the commands that prepare the sandbox and mount, and that bring every edit home again. */
public final class Mount {

    /** Where the mount is, relative to the home folder. */
    public static final String POINT = ".local/share/mesa/mnt";

    /** Where to upload {@link MountEnvironment#file()}, relative to the home folder. */
    public static final String ENVIRONMENT_FILE = ".caprock/mount.env";

    /** Longer than a slow package mirror and npm together; the work itself goes on when a command is given up on. */
    private static final Duration PREPARE = Duration.ofMinutes(15);

    /** What flushing may take beside the daemon's own end: stopping leftovers, syncing, unmounting by force. */
    private static final Duration MARGIN = Duration.ofSeconds(60);

    private static final Pattern HOME = Pattern.compile("(?m)^caprock:home (/.*)$");

    private Mount() {}

    /**
     * Prepares the sandbox and mounts; installs only what is missing. Run it side by side with the upload of the
     * environment file, which it waits a minute for. The work runs detached from the command: after a lost answer give the
     * same command again with the count of phase lines seen. Read the lines with {@link Phase#parse} and the answer with
     * {@link PrepareEnd#of}.
     *
     * @param seen phase lines already seen, which are not printed again; 0 begins anew when no work is going on, and is
     *     harmless on a sandbox that is prepared
     */
    public static Command prepare(int seen, Installation wanted) {
        return prepare("mount", seen, wanted);
    }

    /** Only installs, as root: for a sandbox whose default user may not become root. Then prepare again, from 0. */
    public static Command installAsRoot(int seen, Installation wanted) {
        return prepare("install", seen, wanted).asRoot();
    }

    /** As {@link #prepare}, where commands are kept apart: launch {@link #keep} beside it, which then mounts. */
    public static Command prepareApart(int seen, Installation wanted) {
        return prepare("user", seen, wanted);
    }

    /** As {@link #prepareApart} after {@link PrepareEnd#UNSEEN}: launch {@link #keepAsRoot} beside it. */
    public static Command prepareForRoot(Installation wanted) {
        return prepare("root", 0, wanted);
    }

    /** Mounts once the sandbox is prepared, and lives as long as the mount. A second one does nothing. */
    public static Command keep() {
        return keeper("");
    }

    /**
     * As {@link #keep}, but root mounts, at the place where the default user would, and makes that user the owner.
     *
     * @param unseen the answer that was {@link PrepareEnd#UNSEEN}
     */
    public static Command keepAsRoot(CommandResult unseen) {
        var home = HOME.matcher(unseen.output());
        if (!home.find()) {
            throw new IllegalStateException("a sandbox was prepared in vain and did not name its user's home");
        }
        return keeper(home.group(1)).asRoot();
    }

    private static Command keeper(String home) {
        return Command.script(Scripts.read(Mount.class, "keeper.sh"), PREPARE, home);
    }

    private static Command prepare(String mode, int seen, Installation wanted) {
        return Command.script(
                Scripts.read(Mount.class, "prepare.sh"),
                PREPARE,
                Scripts.read(Mount.class, "worker.sh"),
                Integer.toString(seen),
                mode,
                wanted.version(),
                orEmpty(wanted.executable()),
                orEmpty(wanted.npmPackage()),
                orEmpty(wanted.npmVersion()));
    }

    /**
     * Ends the mount so that no edit is left behind. Give it after the agent has stopped; it may be repeated. Read the
     * answer with {@link FlushEnd#of}.
     *
     * @param patience how long the mount may take to bring its edits home
     */
    public static Command flush(Duration patience) {
        return Command.script(
                Scripts.read(Mount.class, "flush.sh"),
                patience.plus(MARGIN),
                Long.toString(Math.max(1, patience.toSeconds())));
    }

    /** A repo's folder, relative to the home folder, where there is no layout; see {@link Credentials#folder}. */
    public static String workingDirectory(String organisation, String repo) {
        return "%s/%s/%s".formatted(POINT, organisation, repo);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /**
     * What a sandbox must have.
     *
     * @param version of the Mesa CLI, for example {@code 0.46.0}
     * @param executable the agent's program; null when there is nothing to look for
     * @param npmPackage installs the program where it is missing; null when nothing can
     * @param npmVersion null for the newest
     */
    public record Installation(
            String version,
            @Nullable String executable,
            @Nullable String npmPackage,
            @Nullable String npmVersion) {}
}
