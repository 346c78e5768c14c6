package dev.caprock.agent;

import java.util.List;

/** Reads one line that an agent printed, without its line feed. Keeps no state and never throws: what it does not know is nothing. */
@FunctionalInterface
public interface LineReader {

    List<AgentEvent> read(String line);
}
