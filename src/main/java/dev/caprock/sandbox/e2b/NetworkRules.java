package dev.caprock.sandbox.e2b;

import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Network.Injection;
import dev.caprock.sandbox.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A network as the {@code network} of E2B's create call. Its types say that an exact name goes before a wildcard, and that
 * rules allow nothing by themselves (JavaScript SDK 2.51.0); the limits are those of the server's sources of 2026-08-22.
 */
record NetworkRules(Network network) {

    private static final int HOSTS = 10;
    private static final int HEADERS = 20;

    /** E2B puts tokens of its own, and secrets of the account, where a value has this. A caller must not get at them. */
    private static final String PLACEHOLDER = "${";

    /** Empty when there is nothing to say. */
    Map<String, Object> body() {
        var body = new LinkedHashMap<String, Object>();
        if (network.allow() != null) { // what is allowed beats what is denied
            body.put("allowOut", network.allow());
            body.put("denyOut", List.of("0.0.0.0/0"));
        }
        if (!network.inject().isEmpty()) {
            body.put(
                    "rules", network.inject().stream().collect(Collectors.toMap(Injection::host, NetworkRules::rules)));
        }
        return body;
    }

    private static List<Object> rules(Injection injection) {
        return List.of(Map.of("transform", Map.of("headers", injection.headers())));
    }

    List<Refusal> refusals() {
        var refusals = new ArrayList<Refusal>();
        if (network.inject().size() > HOSTS) {
            refusals.add(new Refusal("network/inject", "E2B injects headers for %d hosts at most.".formatted(HOSTS)));
        }
        for (int i = 0; i < network.inject().size(); i++) {
            refuse(network.inject().get(i), "network/inject/" + i, refusals);
        }
        return refusals;
    }

    private static void refuse(Injection injection, String field, List<Refusal> refusals) {
        if (injection.headers().size() > HEADERS) {
            refusals.add(
                    new Refusal(field + "/headers", "E2B injects %d headers for a host at most.".formatted(HEADERS)));
        }
        injection.headers().forEach((name, value) -> {
            if (value.contains(PLACEHOLDER)) {
                refusals.add(new Refusal(
                        field + "/headers/" + name, "E2B would fill in what stands in ${…}: leave it out."));
            }
        });
    }
}
