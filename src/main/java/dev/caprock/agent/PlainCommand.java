package dev.caprock.agent;

import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Any command of the caller's own; its template brings the program. */
@Component
class PlainCommand implements Agent {

    @Override
    public String kind() {
        return "command";
    }

    @Override
    public Optional<String> refusal(AgentRequest request) {
        if (request.command().isEmpty()) {
            return Optional.of("agent.command must name a program for agent.kind command");
        }
        if (!request.args().isEmpty()) {
            return Optional.of("agent.args must be empty for agent.kind command: put them into agent.command");
        }
        if (request.version() != null) {
            return Optional.of("agent.version must be absent for agent.kind command: its template brings the program");
        }
        if (request.conversation() != null) {
            return Optional.of("agent.kind command has no conversations to go on with");
        }
        return Optional.empty();
    }

    @Override
    public Launch launch(AgentRequest request) {
        return new Launch(request.command(), Map.of(), null);
    }

    @Override
    public Optional<LineReader> reader() {
        return Optional.empty();
    }
}
