package dev.caprock.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Anthropic's Claude Code in its print mode. */
@Component
class ClaudeCode implements Agent {

    /** Ours: a second one would change what we read, or what we go on with. */
    private static final OwnArguments OWN = new OwnArguments(
            Set.of("-p", "--print", "--output-format", "--input-format", "-r", "--resume", "-c", "--continue"));

    private static final Model ANTHROPIC = new Model(
            "api.anthropic.com",
            Map.of("x-api-key", "ANTHROPIC_API_KEY", "authorization", "ANTHROPIC_AUTH_TOKEN"),
            "ANTHROPIC_BASE_URL");

    private static final Set<String> ELSEWHERE = Set.of(
            ANTHROPIC.elsewhere(), "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY");

    private final LineReader reader;

    ClaudeCode(JsonMapper mapper) {
        reader = new JsonLines(mapper, ClaudeCodeLines::events);
    }

    @Override
    public String kind() {
        return "claude-code";
    }

    @Override
    public Optional<String> refusal(AgentRequest request) {
        return OWN.refusal(request);
    }

    /** Without a person nobody can grant permissions; it refuses to skip them as root unless told that this is a sandbox. */
    @Override
    public Launch launch(AgentRequest request) {
        var argv = new ArrayList<>(List.of(
                "claude", "-p", "--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"));
        if (request.conversation() != null) {
            argv.addAll(List.of("--resume", request.conversation()));
        }
        argv.addAll(request.args());
        return new Launch(
                argv,
                Map.of("IS_SANDBOX", "1"),
                new Launch.Program("claude", "@anthropic-ai/claude-code", request.version()));
    }

    @Override
    public Optional<Model> model(AgentRequest request, Set<String> variables) {
        boolean told = variables.stream().anyMatch(ELSEWHERE::contains)
                || request.args().contains("--settings");
        return told ? Optional.empty() : Optional.of(ANTHROPIC);
    }

    @Override
    public Optional<LineReader> reader() {
        return Optional.of(reader);
    }
}
