package dev.caprock.simulator.vercel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A network policy: checked as the service does, and turned from the form of requests into that of answers, which name injected
 * headers without their values. Nothing is enforced; {@link #sent} tells what the firewall would do.
 */
final class NetworkPolicy {

    private static final Set<String> MODES = Set.of("allow-all", "deny-all");
    private static final Set<String> FIELDS = Set.of("allow", "subnets");
    private static final Set<String> ACTIONS = Set.of("transform", "forwardURL", "response");
    private static final Pattern DOMAIN = Pattern.compile("(?i)\\*|(\\*\\.)?([a-z0-9-]+\\.)*[a-z0-9-]*[a-z][a-z0-9-]*");

    private NetworkPolicy() {}

    static void check(JsonNode policy) {
        if (policy.isMissingNode()) {
            return;
        }
        if (policy.has("mode")) {
            refuseUnless(MODES.contains(policy.path("mode").asString("")), "mode");
            return;
        }
        refuseUnless(policy.isObject() && FIELDS.containsAll(policy.propertyNames()), "");
        JsonNode allow = policy.path("allow");
        refuseUnless(allow.isMissingNode() || allow.isArray() || allow.isObject(), "allow");
        domains(policy).forEach(domain -> refuseUnless(DOMAIN.matcher(domain).matches(), "allow"));
        if (allow.isObject()) {
            allow.valueStream().forEach(NetworkPolicy::checkRules);
        }
    }

    private static void checkRules(JsonNode rules) {
        refuseUnless(rules.isArray(), "allow");
        for (JsonNode rule : rules) {
            long actions = ACTIONS.stream().filter(rule::has).count();
            refuseUnless(rule.isObject() && actions == 1, "allow");
            JsonNode transform = rule.path("transform");
            refuseUnless(transform.isMissingNode() || transform.isArray(), "allow");
            transform.forEach(each -> refuseUnless(
                    each.path("headers").isObject()
                            && each.path("headers").valueStream().allMatch(JsonNode::isString),
                    "allow"));
        }
    }

    private static void refuseUnless(boolean holds, String field) {
        if (!holds) {
            throw Refused.invalid("`networkPolicy%s` should match some schema in anyOf."
                    .formatted(field.isEmpty() ? "" : "." + field));
        }
    }

    private static List<String> domains(JsonNode policy) {
        JsonNode allow = policy.path("allow");
        return allow.isArray()
                ? allow.valueStream().map(domain -> domain.asString("")).toList()
                : List.copyOf(new ArrayList<>(allow.propertyNames()));
    }

    /** @return null if none was asked for */
    static @Nullable JsonNode answered(JsonNode asked) {
        if (!(asked instanceof ObjectNode policy)) {
            return null;
        }
        if (policy.has("mode")) {
            return policy;
        }
        var answer = JsonMapper.shared().createObjectNode().put("mode", "custom");
        var domains = answer.putArray("allowedDomains");
        domains(policy).forEach(domains::add);
        var allowed = answer.putArray("allowedCIDRs");
        policy.path("subnets").path("allow").valueStream().forEach(allowed::add);
        var denied = answer.putArray("deniedCIDRs");
        policy.path("subnets").path("deny").valueStream().forEach(denied::add);
        var injections = answer.putArray("injectionRules");
        for (String domain : domains(policy)) {
            transforms(policy, domain).forEach(headers -> {
                var names = injections.addObject().put("domain", domain).putArray("headerNames");
                headers.propertyNames().forEach(names::add);
            });
        }
        return answer;
    }

    private static Stream<JsonNode> transforms(JsonNode policy, String domain) {
        return policy.path("allow")
                .path(domain)
                .valueStream()
                .flatMap(rule -> rule.path("transform").valueStream())
                .map(transform -> transform.path("headers"));
    }

    /** The headers that reach a host when the sandbox sends it these by HTTPS; empty when it does not reach it. */
    static Optional<Map<String, String>> sent(JsonNode policy, String host, Map<String, String> headers) {
        var sent = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        sent.putAll(headers);
        if (policy.isMissingNode() || policy.path("mode").asString("").equals("allow-all")) {
            return Optional.of(sent);
        }
        Optional<String> first =
                domains(policy).stream().filter(domain -> covers(domain, host)).findFirst();
        first.ifPresent(domain -> transforms(policy, domain)
                .forEach(set -> set.properties()
                        .forEach(header ->
                                sent.put(header.getKey(), header.getValue().asString()))));
        return first.map(reached -> sent);
    }

    private static boolean covers(String domain, String host) {
        return domain.equals("*")
                || domain.equalsIgnoreCase(host)
                || (domain.startsWith("*.") && host.endsWith(domain.substring(1)));
    }
}
