package dev.caprock.trace;

import java.util.HashMap;
import java.util.Map;

/**
 * A span as an exporter sent it.
 *
 * @param parentId empty where it has none
 * @param kind 1 internal, 2 server, 3 client, 4 producer, 5 consumer
 * @param status 2 where it failed
 */
public record SentSpan(
        String traceId,
        String spanId,
        String parentId,
        String name,
        long kind,
        long status,
        Map<String, String> attributes,
        Map<String, String> resource) {

    static SentSpan read(WireMessage span, Map<String, String> resource) {
        return new SentSpan(
                span.hex(1),
                span.hex(2),
                span.hex(4),
                span.text(5),
                span.number(6),
                span.messages(15).isEmpty() ? 0 : span.messages(15).getFirst().number(3),
                attributes(span, 9),
                resource);
    }

    static Map<String, String> attributes(WireMessage holder, int field) {
        var attributes = new HashMap<String, String>();
        for (WireMessage each : holder.messages(field)) {
            attributes.put(each.text(1), each.messages(2).getFirst().text(1));
        }
        return attributes;
    }

    /** An attribute; empty where it has none of this name. */
    public String attribute(String name) {
        return attributes.getOrDefault(name, "");
    }
}
