package dev.caprock.sandbox.vercel;

import dev.caprock.sandbox.HostPattern;
import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Network.Injection;
import dev.caprock.sandbox.Refusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network as the {@code networkPolicy} of Vercel's create call: the hosts that may be reached, each with what is done to
 * requests to it. The first match counts, so who is named more closely comes first (firewall page of 2026-08-31).
 */
record NetworkPolicy(Network network) {

    private static final String ALL = "*";

    private static final Comparator<Injection> CLOSEST_FIRST = Comparator.comparing(
                    (Injection injection) -> HostPattern.isWildcard(injection.host()))
            .thenComparing(injection -> -injection.host().length());

    /** Empty when there is nothing to say. */
    Map<String, Object> body() {
        if (network.inject().isEmpty()) {
            return network.allow() == null ? Map.of() : Map.of("allow", network.allow()); // and nothing else
        }
        var hosts = new LinkedHashMap<String, Object>();
        network.inject().stream()
                .sorted(CLOSEST_FIRST)
                .forEach(injection -> hosts.put(injection.host(), rules(injection)));
        List<String> allowed = network.allow() == null ? List.of(ALL) : network.allow();
        allowed.stream().filter(host -> !isInjected(host)).forEach(host -> hosts.put(host, List.of()));
        return Map.of("allow", hosts);
    }

    /** Whether a rule speaks for it already: a plain entry beside that might count instead. */
    private boolean isInjected(String host) {
        return network.inject().stream().anyMatch(injection -> HostPattern.covers(injection.host(), host));
    }

    private static List<Object> rules(Injection injection) {
        return List.of(Map.of("transform", List.of(Map.of("headers", injection.headers()))));
    }

    List<Refusal> refusals() {
        var refusals = new ArrayList<Refusal>();
        List<String> allow = network.allow() == null ? List.of() : network.allow();
        for (int i = 0; i < allow.size(); i++) {
            if (HostPattern.isAddress(allow.get(i))) {
                refusals.add(new Refusal(
                        "network/allow/" + i,
                        "Vercel knows hosts by the name in TLS: name the host, not its address."));
            }
        }
        return refusals;
    }
}
