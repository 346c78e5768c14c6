package dev.caprock.simulator.e2b;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a sandbox may reach and what is added to its requests, checked as the control API does. Nothing is enforced; {@link #sent}
 * tells what the egress proxy would do.
 */
record NetworkConfig(JsonNode json) {

    private static final String EVERYTHING = "0.0.0.0/0";
    private static final int MOST_RULES = 10;
    private static final int MOST_HEADERS = 20;
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}(/\\d{1,2})?");
    private static final Pattern DOMAIN =
            Pattern.compile("(?i)(\\*\\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?");

    static NetworkConfig read(JsonNode json) {
        var config = new NetworkConfig(json);
        config.checkLists();
        if (!json.path("rules").isMissingNode()) {
            checkRules(json.path("rules"));
        }
        return config;
    }

    private void checkLists() {
        for (JsonNode to : list("denyOut")) {
            refuseUnless(
                    ADDRESS.matcher(to.asString("")).matches(),
                    "invalid denied address %s: domains are not supported".formatted(to));
        }
        boolean names = false;
        for (JsonNode to : list("allowOut")) {
            boolean address = ADDRESS.matcher(to.asString("")).matches();
            refuseUnless(
                    address || DOMAIN.matcher(to.asString("")).matches(),
                    "invalid allowed destination %s".formatted(to));
            names |= !address;
        }
        refuseUnless(
                !names || deniesEverything(),
                "When specifying domains in allowOut, you must include '0.0.0.0/0' in denyOut");
    }

    private boolean deniesEverything() {
        return list("denyOut").valueStream().anyMatch(to -> to.asString("").equals(EVERYTHING));
    }

    private JsonNode list(String field) {
        JsonNode list = json.path(field);
        refuseUnless(
                list.isMissingNode() || list.isArray(),
                "validation error: Error at \"/network/%s\": value must be an array".formatted(field));
        return list;
    }

    private static void checkRules(JsonNode rules) {
        refuseUnless(rules.isObject(), "validation error: Error at \"/network/rules\": value must be an object");
        refuseUnless(rules.size() <= MOST_RULES, "at most %d domains may have rules".formatted(MOST_RULES));
        for (var rule : rules.properties()) {
            String domain = rule.getKey();
            refuseUnless(
                    DOMAIN.matcher(domain).matches() && !ADDRESS.matcher(domain).matches(),
                    "invalid rule domain \"%s\"".formatted(domain));
            refuseUnless(
                    rule.getValue().isArray() && rule.getValue().size() <= 1,
                    "domain \"%s\" must have one rule".formatted(domain));
            rule.getValue().forEach(each -> checkHeaders(domain, each.path("transform")));
        }
    }

    private static void checkHeaders(String domain, JsonNode transform) {
        JsonNode headers = transform.path("headers");
        refuseUnless(
                transform.isObject()
                        && headers.isObject()
                        && headers.valueStream().allMatch(JsonNode::isString),
                "the rule of \"%s\" must transform headers".formatted(domain));
        refuseUnless(headers.size() <= MOST_HEADERS, "too many headers for \"%s\"".formatted(domain));
    }

    private static void refuseUnless(boolean holds, String message) {
        if (!holds) {
            throw Refused.api(400, message);
        }
    }

    /** The headers that reach a host when the sandbox sends it these by HTTPS; empty when it does not reach it. */
    Optional<Map<String, String>> sent(String host, Map<String, String> headers) {
        boolean allowed = list("allowOut").valueStream().anyMatch(to -> covers(to.asString(""), host));
        if (!allowed && deniesEverything()) {
            return Optional.empty();
        }
        var sent = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        sent.putAll(headers);
        String rule = closest(host);
        if (rule != null) {
            json.path("rules")
                    .path(rule)
                    .path(0)
                    .path("transform")
                    .path("headers")
                    .properties()
                    .forEach(header -> {
                        sent.remove(header.getKey());
                        sent.put(header.getKey(), header.getValue().asString());
                    });
        }
        return Optional.of(sent);
    }

    /** An exact name goes before wildcards, and of these the longest. */
    private @Nullable String closest(String host) {
        String closest = null;
        for (String pattern : json.path("rules").propertyNames()) {
            boolean closer = closest == null || pattern.equals(host) || pattern.length() > closest.length();
            if (covers(pattern, host) && !host.equals(closest) && closer) {
                closest = pattern;
            }
        }
        return closest;
    }

    private static boolean covers(String pattern, String host) {
        return pattern.equalsIgnoreCase(host) || (pattern.startsWith("*.") && host.endsWith(pattern.substring(1)));
    }
}
