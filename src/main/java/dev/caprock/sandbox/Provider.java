package dev.caprock.sandbox;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A maker of sandboxes. One bean per provider; its name is what callers write in {@code "provider"}.
 *
 * <p>Every method may throw {@link RemoteFailure}: {@code Rejected} and {@code Busy} did not happen, {@code Unknown} may
 * have. None retries. All are safe to call from several threads.
 */
public interface Provider {

    /** For example {@code e2b}. */
    String name();

    /**
     * A stable, non-secret name of the account whose credential is configured. A sandbox that this account does not see is
     * gone only if this account made it.
     */
    String account();

    /** The longest time after its intent at which a create whose answer was lost may still appear. */
    Duration createDeadline();

    /** The longest life a sandbox may have, from its start. */
    Duration maximumLifetime();

    /** What a template can be here, for example {@code snapshot}. */
    List<String> templateKinds();

    /** Whether a sandbox may be asked for now. Tells what is known and asks nobody. */
    Standing standing();

    /** What of this specification the provider cannot do, one sentence each, for the caller; empty when all is possible. */
    List<Refusal> refusals(Specification specification);

    /** Makes a sandbox. Not repeatable: after {@code Unknown} look with {@link #find} first. */
    Sandbox create(Specification specification);

    /** All sandboxes of this account that carry the attempt's tag, whatever their state. Looks at every page. */
    List<Sandbox> find(String attempt);

    /**
     * All sandboxes of this account that carry an owner's tag, and no others, whatever their state. Looks at every page: part of
     * a list never passes for the whole.
     */
    List<OwnedSandbox> owned(String owner);

    /** The sandbox with a fresh {@link Sandbox#access}, or empty when the account has none of this id. */
    Optional<Sandbox> get(String id);

    /**
     * Runs a command to its end.
     *
     * @param lines receives each line of standard output as it is printed, without its line feed
     * @throws RemoteFailure.Unknown when the end was not seen: the command may have run, or still be running
     */
    CommandResult run(Sandbox sandbox, Command command, Consumer<String> lines);

    /**
     * Writes a file, making its parent folders and replacing what is there. Repeatable.
     *
     * @param path relative to the home folder of the sandbox's default user
     */
    void upload(Sandbox sandbox, String path, byte[] content);

    /**
     * Delivers the bytes of a run's output files from the given offsets, exactly and in order per stream, as they are
     * written. Ends by itself within four minutes, or at once when the run has ended and all is delivered. A caller that
     * is slow to return from the sink slows the reader, never the run.
     *
     * @throws RemoteFailure when the stream broke; what the sink has received stands
     */
    FollowEnd follow(Sandbox sandbox, RunFiles files, Offsets from, OutputSink sink);

    /** Lets the sandbox live at least this long from now. Never shortens a life. Repeatable. */
    void extend(Sandbox sandbox, Duration life);

    /** Ends the sandbox. Repeatable; a sandbox that is gone already is a success. */
    void destroy(String id);
}
