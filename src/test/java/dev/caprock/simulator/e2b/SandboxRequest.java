package dev.caprock.simulator.e2b;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What the caller of a create wants. Fields that this does not know are ignored. */
record SandboxRequest(
        String template,
        Duration timeout,
        Map<String, String> metadata,
        Map<String, String> variables,
        boolean secure,
        boolean autoPause,
        boolean autoResume,
        NetworkConfig network) {

    /** @param secure null on the v2 route, which is always secured */
    static SandboxRequest read(JsonNode json, boolean v2, Duration longestRun) {
        if (!json.path("templateID").isString()) {
            throw Refused.api(400, "validation error: Error at \"/templateID\": property \"templateID\" is missing");
        }
        var timeout = timeout(json, v2 ? 300 : 15);
        checkPlan(timeout, longestRun);
        return new SandboxRequest(
                json.path("templateID").asString(),
                timeout,
                strings(json.path("metadata"), "metadata"),
                strings(json.path("envVars"), "envVars"),
                v2 || json.path("secure").asBoolean(false),
                json.path("autoPause").asBoolean(false),
                json.path("autoResume").path("enabled").asBoolean(false),
                NetworkConfig.read(json.path("network")));
    }

    static Duration timeout(JsonNode json, int standard) {
        JsonNode timeout = json.path("timeout");
        if (!timeout.isMissingNode() && !timeout.isInt()) {
            throw Refused.api(400, "validation error: Error at \"/timeout\": value must be an integer");
        }
        return Duration.ofSeconds(timeout.asInt(standard));
    }

    private static void checkPlan(Duration timeout, Duration longestRun) {
        if (!timeout.isPositive()) {
            throw Refused.api(400, "Timeout must be greater than 0");
        }
        if (timeout.compareTo(longestRun) > 0) {
            throw Refused.api(400, "Timeout cannot be greater than %d hours".formatted(longestRun.toHours()));
        }
    }

    private static Map<String, String> strings(JsonNode json, String field) {
        var strings = new HashMap<String, String>();
        json.properties().forEach(entry -> {
            if (!entry.getValue().isString()) {
                throw Refused.api(400, "validation error: Error at \"/%s\": value must be a string".formatted(field));
            }
            strings.put(entry.getKey(), entry.getValue().asString());
        });
        return Map.copyOf(strings);
    }
}
