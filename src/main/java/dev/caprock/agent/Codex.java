package dev.caprock.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * OpenAI's Codex in its exec mode. What is said of its arguments was seen of {@code codex-cli 0.169.0} in November 2026,
 * and is in {@code codex exec --help}.
 */
@Component
class Codex implements Agent {

    /**
     * Ours, or against ours: most of them it refuses to take twice or beside ours; {@code --ephemeral} would leave no
     * conversation to go on with; a word that is a command of its own would take our place.
     */
    private static final OwnArguments OWN = new OwnArguments(Set.of(
            "--json",
            "--experimental-json",
            "--skip-git-repo-check",
            "--dangerously-bypass-approvals-and-sandbox",
            "--yolo",
            "--full-auto",
            "--approve-for-me",
            "-s",
            "--sandbox",
            "--ephemeral",
            "--last",
            "resume",
            "fork",
            "review",
            "-",
            "--"));

    /**
     * Of the two variables it reads only {@code CODEX_API_KEY} (openai/codex#4615, 2025-10; #7323, 2025-11); with the
     * other alone it asks without any key, although that is the one which people have.
     */
    private static final String WITH_KEY =
            "export CODEX_API_KEY=\"${CODEX_API_KEY:-${OPENAI_API_KEY:-}}\"; exec codex \"$@\"";

    private static final Model OPENAI =
            new Model("api.openai.com", Map.of("authorization", "CODEX_API_KEY"), "OPENAI_BASE_URL");

    /** A provider may be set by any of these; what they say is Codex's own language. */
    private static final Set<String> CONFIGURING = Set.of("-c", "--config", "-p", "--profile", "--oss");

    private final LineReader reader;

    Codex(JsonMapper mapper) {
        reader = new JsonLines(mapper, CodexLines::events);
    }

    @Override
    public String kind() {
        return "codex";
    }

    @Override
    public Optional<String> refusal(AgentRequest request) {
        return OWN.refusal(request);
    }

    /**
     * The caller's arguments come first: {@code resume} takes fewer than {@code exec} (openai/codex#40149), and one such
     * as {@code --image} takes all words up to the next argument. Its own sandbox is switched off, for it is in one; a
     * mounted repo is no Git repository. {@code -} is the prompt on standard input.
     */
    @Override
    public Launch launch(AgentRequest request) {
        var argv = new ArrayList<>(List.of("sh", "-c", WITH_KEY, "codex", "exec"));
        argv.addAll(request.args());
        argv.addAll(List.of("--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"));
        if (request.conversation() != null) {
            argv.addAll(List.of("resume", request.conversation()));
        }
        argv.add("-");
        return new Launch(argv, Map.of(), new Launch.Program("codex", "@openai/codex", request.version()));
    }

    @Override
    public Optional<Model> model(AgentRequest request, Set<String> variables) {
        boolean told = variables.contains(OPENAI.elsewhere())
                || request.args().stream()
                        .map(argument -> argument.replaceFirst("=.*", ""))
                        .anyMatch(CONFIGURING::contains);
        return told ? Optional.empty() : Optional.of(OPENAI);
    }

    @Override
    public Optional<LineReader> reader() {
        return Optional.of(reader);
    }
}
