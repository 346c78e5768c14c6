package dev.caprock.session.web;

import dev.caprock.access.Caller;
import dev.caprock.agent.Agent;
import dev.caprock.agent.AgentRequest;
import dev.caprock.agent.Agents;
import dev.caprock.problem.Mistakes;
import dev.caprock.problem.Text;
import dev.caprock.sandbox.Providers;
import dev.caprock.sandbox.Runner;
import dev.caprock.session.AgentChoice;
import dev.caprock.session.Amendment;
import dev.caprock.session.CloseWhen;
import dev.caprock.session.Isolation;
import dev.caprock.session.Network;
import dev.caprock.session.NewSession;
import dev.caprock.session.OnSandboxLost;
import dev.caprock.session.Publish;
import dev.caprock.session.Repo;
import dev.caprock.session.SessionSettings;
import dev.caprock.session.Terms;
import dev.caprock.workspace.BookmarkName;
import dev.caprock.workspace.RepoName;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads the fields of a request for a session, and fills in what it leaves open. What is wrong goes to the list of mistakes. */
@Component
class RequestFields {

    private static final int PROMPT_LIMIT = 1024 * 1024;
    private static final int VALUE_LIMIT = 64 * 1024;
    private static final Pattern TEMPLATE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");

    private final SessionSettings settings;
    private final Providers providers;
    private final Agents agents;
    private final CredentialCheck credentials;
    private final TenantCheck tenant;

    RequestFields(
            SessionSettings settings,
            Providers providers,
            Agents agents,
            CredentialCheck credentials,
            TenantCheck tenant) {
        this.settings = settings;
        this.providers = providers;
        this.agents = agents;
        this.credentials = credentials;
        this.tenant = tenant;
    }

    NewSession session(CreateSession request, Caller caller, Mistakes mistakes) {
        Duration ttl = ttl(request.ttl(), caller, mistakes);
        Network asked = NetworkCheck.read(request.network(), mistakes);
        var terms = new Terms(
                request.provider() == null && request.template() == null, // each provider has templates of its own
                credentials.name(request.credential(), mistakes),
                template(request.template(), mistakes),
                vcpus(request.resources(), mistakes),
                asked.allow(),
                asked.injected(),
                mistakes.oneOf(request.isolation(), Isolation.BRANCH, "/isolation"),
                mistakes.oneOf(request.publish(), Publish.MERGE, "/publish"),
                agent(request.agent(), mistakes),
                ttl,
                runTimeout(request.runTimeout(), ttl, mistakes),
                mistakes.oneOf(request.closeWhen(), CloseWhen.IDLE, "/closeWhen"),
                mistakes.oneOf(request.onSandboxLost(), OnSandboxLost.FAIL, "/onSandboxLost"));
        return new NewSession(
                caller.tenant(),
                caller.subject(),
                provider(request.provider(), caller, mistakes),
                terms,
                asked,
                repos(request.repos(), mistakes),
                labels(request.labels(), mistakes));
    }

    /** Secrets of the agent, by the variable that it gets each in. */
    static Map<String, String> secrets(CreateSession.@Nullable Agent agent, Mistakes mistakes) {
        return agent == null ? Map.of() : environment(agent.secrets(), "/agent/secrets", mistakes);
    }

    private String provider(@Nullable String name, Caller caller, Mistakes mistakes) {
        String wanted = name == null ? tenant.preferredProvider(caller.tenant()) : name;
        mistakes.check(
                providers.find(wanted).isPresent(),
                "/provider",
                "There is no provider of this name here; there is %s.".formatted(providers.names()));
        return wanted;
    }

    private static @Nullable String template(@Nullable String template, Mistakes mistakes) {
        mistakes.check(
                template == null || TEMPLATE.matcher(template).matches(),
                "/template",
                "Must be 1 to 128 letters, digits and . _ : / @ - and start with a letter or digit.");
        return template;
    }

    private static @Nullable Integer vcpus(CreateSession.@Nullable Resources resources, Mistakes mistakes) {
        Integer vcpus = resources == null ? null : resources.vcpus();
        mistakes.check(vcpus == null || (vcpus >= 1 && vcpus <= 64), "/resources/vcpus", "Must be from 1 to 64.");
        return vcpus;
    }

    private List<Repo> repos(@Nullable List<CreateSession.@Nullable RepoChoice> choices, Mistakes mistakes) {
        List<CreateSession.RepoChoice> present = mistakes.list(choices, 20, "/repos");
        mistakes.check(!present.isEmpty(), "/repos", "Name at least one repo.");
        var repos = new ArrayList<Repo>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < present.size(); i++) {
            Repo repo = repo(present.get(i), "/repos/" + i, mistakes);
            mistakes.check(
                    names.add(repo.name().toLowerCase(java.util.Locale.ROOT)),
                    "/repos/" + i + "/name",
                    "It is named twice.");
            repos.add(repo);
        }
        return repos;
    }

    private static Repo repo(CreateSession.RepoChoice choice, String pointer, Mistakes mistakes) {
        String name = mistakes.required(choice.name(), () -> "missing", pointer + "/name");
        RepoName.problem(name).ifPresent(problem -> mistakes.add(pointer + "/name", problem));
        if (choice.bookmark() != null) {
            BookmarkName.problem(choice.bookmark()).ifPresent(problem -> mistakes.add(pointer + "/bookmark", problem));
        }
        Repo.Mode mode = mistakes.oneOf(choice.mode(), Repo.Mode.RW, pointer + "/mode");
        return Repo.asked(name, mode, choice.bookmark(), Boolean.TRUE.equals(choice.createIfMissing()));
    }

    private AgentChoice agent(CreateSession.@Nullable Agent agent, Mistakes mistakes) {
        var chosen = mistakes.required(
                agent, () -> new CreateSession.Agent("command", null, null, List.of("true"), null, null), "/agent");
        String kind = mistakes.required(chosen.kind(), () -> "command", "/agent/kind");
        List<String> args = texts(chosen.args(), "/agent/args", mistakes);
        List<String> command = texts(chosen.command(), "/agent/command", mistakes);
        String version = version(chosen.version(), mistakes);
        Optional<Agent> known = agents.find(kind);
        if (known.isEmpty()) {
            mistakes.add("/agent/kind", "There is no agent of this kind; there is %s.".formatted(agents.kinds()));
        } else if (chosen.kind() != null) {
            known.get()
                    .refusal(new AgentRequest(kind, args, command, version, null))
                    .ifPresent(refusal -> mistakes.add("/agent", refusal));
        }
        return new AgentChoice(kind, version, args, command, environment(chosen.env(), "/agent/env", mistakes));
    }

    private static @Nullable String version(@Nullable String version, Mistakes mistakes) {
        boolean fits = version == null || AgentRequest.isVersion(version);
        mistakes.check(fits, "/agent/version", "Must be a version, for example 2.1.0.");
        return fits ? version : null;
    }

    private static List<String> texts(@Nullable List<@Nullable String> values, String pointer, Mistakes mistakes) {
        List<String> present = mistakes.list(values, 200, pointer);
        for (int i = 0; i < present.size(); i++) {
            text(present.get(i), pointer + "/" + i, mistakes);
        }
        return present;
    }

    private static Map<String, String> environment(
            @Nullable Map<String, @Nullable String> values, String pointer, Mistakes mistakes) {
        Map<String, String> present = mistakes.map(values, 200, pointer);
        present.forEach((name, value) -> {
            mistakes.check(
                    Runner.isVariable(name),
                    Mistakes.child(pointer, name),
                    "\"%s\" cannot be the name of an environment variable.".formatted(abbreviated(name)));
            text(value, Mistakes.child(pointer, name), mistakes);
        });
        return present;
    }

    private static void text(String value, String pointer, Mistakes mistakes) {
        mistakes.check(Text.isStorable(value), pointer, Text.NOT_STORABLE);
        mistakes.check(value.length() <= VALUE_LIMIT, pointer, "Is longer than %d characters.".formatted(VALUE_LIMIT));
    }

    /** Checks the prompt of a further run. */
    static String prompt(@Nullable String prompt) {
        var mistakes = new Mistakes();
        String text = prompt(prompt, mistakes);
        mistakes.end();
        return text;
    }

    static String prompt(@Nullable String prompt, Mistakes mistakes) {
        String text = mistakes.required(prompt, () -> "", "/prompt");
        mistakes.check(
                text.length() <= PROMPT_LIMIT, "/prompt", "Is longer than %d characters.".formatted(PROMPT_LIMIT));
        return text;
    }

    private Duration ttl(@Nullable String text, Caller caller, Mistakes mistakes) {
        Duration ttl = duration(text, tenant.defaultTtl(caller.tenant()), "/ttl", mistakes);
        mistakes.check(
                ttl.compareTo(settings.minimumTtl()) >= 0 && ttl.compareTo(settings.maximumTtl()) <= 0,
                "/ttl",
                "Must be from %s to %s.".formatted(settings.minimumTtl(), settings.maximumTtl()));
        return ttl;
    }

    private static Duration runTimeout(@Nullable String text, Duration ttl, Mistakes mistakes) {
        Duration timeout = duration(text, ttl, "/runTimeout", mistakes);
        mistakes.check(timeout.isPositive(), "/runTimeout", "Must be longer than nothing.");
        mistakes.check(
                timeout.compareTo(ttl) <= 0, "/runTimeout", "Must not be longer than ttl, which is %s.".formatted(ttl));
        return timeout;
    }

    private static Duration duration(@Nullable String text, Duration missing, String pointer, Mistakes mistakes) {
        if (text == null) {
            return missing;
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException notOne) {
            mistakes.add(pointer, "Must be an ISO-8601 duration, for example PT1H or PT45M.");
            return missing;
        }
    }

    static Map<String, String> labels(@Nullable Map<String, @Nullable String> labels, Mistakes mistakes) {
        Map<String, String> present = mistakes.map(labels, Amendment.MOST_LABELS, "/labels");
        present.forEach((name, value) -> {
            String pointer = Mistakes.child("/labels", name);
            mistakes.check(
                    LABEL.matcher(name).matches(),
                    pointer,
                    "\"%s\" is no label name: 1 to 63 letters, digits and . _ / - please."
                            .formatted(abbreviated(name)));
            mistakes.check(value.length() <= 256, pointer, "Is longer than 256 characters.");
            mistakes.check(Text.isStorable(value), pointer, Text.NOT_STORABLE);
        });
        return new HashMap<>(present);
    }

    private static String abbreviated(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
