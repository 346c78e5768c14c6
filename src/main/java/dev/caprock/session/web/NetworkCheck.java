package dev.caprock.session.web;

import dev.caprock.agent.AgentRequest;
import dev.caprock.agent.Agents;
import dev.caprock.agent.Model;
import dev.caprock.problem.Mistakes;
import dev.caprock.problem.Problem;
import dev.caprock.sandbox.HostPattern;
import dev.caprock.session.AgentChoice;
import dev.caprock.session.Network;
import dev.caprock.session.Network.Injection;
import dev.caprock.session.NewSession;
import dev.caprock.workspace.Workspaces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Checks what a request says of the sandbox's network, and completes it: the mount's own hosts and those of injected headers
 * are always allowed, and an agent whose key is injected gets a placeholder for it, since agents do not start without one.
 * Hosts to install from are not added: anyone may publish to a package registry, so it would be a way out.
 */
@Component
class NetworkCheck {

    /** What an agent's key is inside the sandbox, when the real one is injected. */
    static final String PLACEHOLDER = "injected-at-the-edge";

    private static final int HOSTS = 50;
    private static final int HEADERS = 50;
    private static final int VALUE_LIMIT = 8192;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");
    private static final Pattern VALUE = Pattern.compile("[!-~]([ -~]*[!-~])?");

    /** These say how a message is sent, which the edge decides anew. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "host", "connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade");

    private final Agents agents;
    private final Workspaces workspaces;

    NetworkCheck(Agents agents, Workspaces workspaces) {
        this.agents = agents;
        this.workspaces = workspaces;
    }

    static Network read(CreateSession.@Nullable Network asked, Mistakes mistakes) {
        return asked == null ? Network.OPEN : new Network(allow(asked, mistakes), inject(asked, mistakes));
    }

    private static @Nullable List<String> allow(CreateSession.Network asked, Mistakes mistakes) {
        if (asked.allow() == null) {
            return null;
        }
        List<String> hosts = lowered(mistakes.list(asked.allow(), HOSTS, "/network/allow"));
        for (int i = 0; i < hosts.size(); i++) {
            checkHost(hosts.get(i), "/network/allow/" + i, mistakes);
        }
        return hosts;
    }

    private static List<Injection> inject(CreateSession.Network asked, Mistakes mistakes) {
        List<CreateSession.Injection> present = mistakes.list(asked.inject(), HOSTS, "/network/inject");
        var injections = new ArrayList<Injection>();
        Set<String> hosts = new HashSet<>();
        for (int i = 0; i < present.size(); i++) {
            Injection injection = injection(present.get(i), "/network/inject/" + i, mistakes);
            mistakes.check(hosts.add(injection.host()), "/network/inject/" + i + "/host", "It is named twice.");
            injections.add(injection);
        }
        return injections;
    }

    private static Injection injection(CreateSession.Injection asked, String pointer, Mistakes mistakes) {
        String host = lower(mistakes.required(asked.host(), () -> "missing", pointer + "/host"));
        checkHost(host, pointer + "/host", mistakes);
        mistakes.check(
                !HostPattern.isAddress(host),
                pointer + "/host",
                "Must be a host name: the edge knows a host by the name in TLS.");
        mistakes.check(
                !HostPattern.isWholeDomain(host),
                pointer + "/host",
                "Would give the headers to anybody's host: name a narrower domain.");
        return new Injection(host, headers(asked.headers(), pointer + "/headers", mistakes));
    }

    private static Map<String, String> headers(
            @Nullable Map<String, @Nullable String> asked, String pointer, Mistakes mistakes) {
        mistakes.check(asked != null && !asked.isEmpty(), pointer, "Name at least one header.");
        Map<String, String> headers = mistakes.map(asked, HEADERS, pointer);
        Set<String> names = new HashSet<>();
        headers.forEach((name, value) -> {
            String at = Mistakes.child(pointer, name);
            mistakes.check(NAME.matcher(name).matches(), at, "Must be the name of a header.");
            mistakes.check(!HOP_BY_HOP.contains(lower(name)), at, "Is set where the request is sent on.");
            mistakes.check(names.add(lower(name)), at, "It is named twice.");
            mistakes.check(
                    value.length() <= VALUE_LIMIT && VALUE.matcher(value).matches(),
                    at,
                    "Must be 1 to %d visible ASCII characters, spaces only between them.".formatted(VALUE_LIMIT));
        });
        return headers;
    }

    private static void checkHost(String host, String pointer, Mistakes mistakes) {
        HostPattern.problem(host).ifPresent(problem -> mistakes.add(pointer, problem));
    }

    /** @param secrets the names of the agent's secret variables */
    NewSession completed(NewSession session, Set<String> secrets) {
        return session.with(reachable(session.network()), withPlaceholders(session, secrets));
    }

    private Network reachable(Network network) {
        if (network.allow() == null) {
            return network;
        }
        var allow = new ArrayList<>(network.allow());
        Stream.concat(workspaces.hosts().stream(), network.inject().stream().map(Injection::host))
                .filter(host -> !allows(allow, host))
                .forEach(allow::add);
        return new Network(allow, network.inject());
    }

    private AgentChoice withPlaceholders(NewSession session, Set<String> secrets) {
        AgentChoice choice = session.terms().agent();
        var variables = new HashMap<>(choice.env());
        model(choice, secrets)
                .ifPresent(model -> headersFor(model.host(), session.network())
                        .map(header -> model.keys().get(lower(header)))
                        .filter(Objects::nonNull)
                        .filter(variable -> !secrets.contains(variable))
                        .forEach(variable -> variables.putIfAbsent(variable, PLACEHOLDER)));
        return choice.with(variables);
    }

    private static Stream<String> headersFor(String host, Network network) {
        return network.inject().stream()
                .filter(injection -> HostPattern.covers(injection.host(), host))
                .flatMap(injection -> injection.headers().keySet().stream());
    }

    /** An agent that cannot reach its model. */
    Optional<Problem.Mistake> refusal(NewSession session, Set<String> secrets) {
        return model(session.terms().agent(), secrets)
                .filter(model -> !allows(session.network().allow(), model.host()))
                .map(model -> new Problem.Mistake(
                        "/network/allow",
                        "%s finds its model at %s: allow it, inject its key there, or say with %s where its model is."
                                .formatted(session.terms().agent().kind(), model.host(), model.elsewhere())));
    }

    private Optional<Model> model(AgentChoice choice, Set<String> secrets) {
        var variables = new HashSet<>(choice.env().keySet());
        variables.addAll(secrets);
        var request = new AgentRequest(choice.kind(), choice.args(), choice.command(), choice.version(), null);
        return agents.find(choice.kind()).flatMap(agent -> agent.model(request, variables));
    }

    private static boolean allows(@Nullable List<String> allow, String host) {
        return allow == null || allow.stream().anyMatch(pattern -> HostPattern.covers(pattern, host));
    }

    private static List<String> lowered(List<String> hosts) {
        return hosts.stream().map(NetworkCheck::lower).toList();
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
