package dev.caprock.simulator.vercel;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Turns network policies from the form of requests into that of answers. Nothing is enforced. */
final class NetworkPolicy {

    private NetworkPolicy() {}

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
        if (policy.path("allow").isArray()) {
            policy.path("allow").valueStream().forEach(domains::add);
        } else {
            new ArrayList<>(policy.path("allow").propertyNames()).forEach(domains::add);
        }
        var allowed = answer.putArray("allowedCIDRs");
        policy.path("subnets").path("allow").valueStream().forEach(allowed::add);
        var denied = answer.putArray("deniedCIDRs");
        policy.path("subnets").path("deny").valueStream().forEach(denied::add);
        return answer;
    }
}
