package dev.caprock.sandbox;

import dev.caprock.remote.RemoteFailure;

/**
 * A {@link Provider} that may keep a sandbox's commands apart: what a command of the default user mounts may be seen by that
 * command alone, and what it leaves running may end with it. Only what root mounts is sure to be everyone's.
 */
public interface CommandsApart {

    /**
     * Starts a command of its own and does not wait for it. It lives until it ends or the sandbox does; its timeout does not
     * apply, and what it prints is lost.
     *
     * @throws RemoteFailure.Unknown when it may have been started
     */
    void launch(Sandbox sandbox, Command command);
}
