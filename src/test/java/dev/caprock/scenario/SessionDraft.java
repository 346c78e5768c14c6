package dev.caprock.scenario;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request for a session. Unless told otherwise: a fresh repo with a README.md, the template in which nothing has to be
 * installed, and a Claude Code stand-in that does not pause.
 */
public final class SessionDraft {

    private final Scenario scenario;
    private final Map<String, Object> body = new LinkedHashMap<>();
    private final Map<String, Object> agent = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json"));
    private @Nullable String repo;

    SessionDraft(Scenario scenario) {
        this.scenario = scenario;
        template("my-mesa-template").agent("claude-code").prompt("Say hello.");
        env("CLAUDE_STAND_IN_PAUSE", "0").secret("ANTHROPIC_API_KEY", "any");
    }

    public SessionDraft repo(String name) {
        repo = name;
        return this;
    }

    public SessionDraft agent(String kind) {
        agent.put("kind", kind);
        return this;
    }

    /** A plain command as the agent. */
    public SessionDraft command(String... words) {
        agent.put("command", List.of(words));
        return agent("command");
    }

    /** A shell script as the agent. */
    public SessionDraft shell(String script) {
        return command("sh", "-c", script);
    }

    public SessionDraft env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public SessionDraft secret(String name, String value) {
        secrets.put(name, value);
        return this;
    }

    /** Leaves the agent without the secrets that it has unless told otherwise. */
    public SessionDraft withoutSecrets() {
        secrets.clear();
        return this;
    }

    public SessionDraft label(String name, String value) {
        labels.put(name, value);
        return this;
    }

    /** Another maker of its sandbox; then without a template, since names of those are the provider's own. */
    public SessionDraft provider(String name) {
        return with("provider", name).without("template");
    }

    public SessionDraft prompt(String text) {
        return with("prompt", text);
    }

    public SessionDraft template(String name) {
        return with("template", name);
    }

    /** A header of the request. */
    public SessionDraft header(String name, String value) {
        headers.addAll(List.of(name, value));
        return this;
    }

    /** Any other field of the request. */
    public SessionDraft with(String field, Object value) {
        body.put(field, value);
        return this;
    }

    public SessionDraft without(String field) {
        body.remove(field);
        return this;
    }

    /** The request's body. */
    public Map<String, Object> body() {
        String name = repo == null ? scenario.repo(Map.of("README.md", "A repo.\n")) : repo;
        repo = name;
        agent.put("env", environment);
        agent.put("secrets", secrets);
        var all = new LinkedHashMap<String, Object>();
        all.put("repos", List.of(Map.of("name", name)));
        all.put("agent", agent);
        all.put("labels", labels);
        all.putAll(body);
        return all;
    }

    /** Posts it and reads the session's events from then on. */
    public StartedSession start() {
        Map<String, Object> request = body();
        Reply reply = scenario.http()
                .send(
                        "POST",
                        "/v1/sessions",
                        BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(request)),
                        headers.toArray(String[]::new));
        if (reply.status() != 202) {
            throw new AssertionError("the session was not accepted: " + reply.status() + " " + reply.body());
        }
        return scenario.started(reply, repo == null ? "" : repo);
    }
}
