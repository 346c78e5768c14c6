package dev.caprock.simulator.vercel;

import java.util.List;
import java.util.Set;

/**
 * A command that was started. The values of its environment are not kept.
 *
 * @param sandbox the name
 * @param sessionId which boot of it
 * @param cwd as the caller said, or the session's
 * @param environment names only, without those given at create
 * @param waited whether the answer was a stream up to the end
 */
public record RecordedCommand(
        String sandbox,
        String sessionId,
        String id,
        String program,
        List<String> arguments,
        String cwd,
        Set<String> environment,
        boolean sudo,
        boolean waited) {}
