package dev.caprock.agent;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants of an agent.
 *
 * @param args further arguments of the agent's program
 * @param command the whole command, where the kind has no program of its own
 * @param version of the agent's program, as its registry names it; null for the newest. A program that the caller's
 *     template has is taken as it is
 * @param conversation an earlier {@link AgentEvent.Conversation#id} to go on with; null for a new one
 */
public record AgentRequest(
        String kind,
        List<String> args,
        List<String> command,
        @Nullable String version,
        @Nullable String conversation) {

    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+)*(-[\\w.]+)?");
    private static final int VERSION_LIMIT = 64;

    public AgentRequest {
        if (version != null && !isVersion(version)) {
            throw new IllegalArgumentException("version must be like 2.1.0 but is " + version);
        }
        args = List.copyOf(args);
        command = List.copyOf(command);
    }

    /** Whether it has the form of a version, so that it can name nothing else to whoever installs it. */
    public static boolean isVersion(String text) {
        return text.length() <= VERSION_LIMIT && VERSION.matcher(text).matches();
    }
}
