package dev.caprock.session;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a session's sandbox may reach, and the headers that its requests get once they have left it.
 *
 * @param allow host names; null for no restriction
 * @param inject with secrets; a session keeps only {@link #injected()}, the rest is sealed
 */
public record Network(@Nullable List<String> allow, List<Injection> inject) {

    /** No restriction, and nothing is added. */
    public static final Network OPEN = new Network(null, List.of());

    public Network {
        allow = allow == null ? null : List.copyOf(allow);
        inject = List.copyOf(inject);
    }

    /** @param headers their values by their names */
    public record Injection(String host, Map<String, String> headers) {

        public Injection {
            headers = Map.copyOf(headers);
        }

        @Override
        public String toString() {
            return "Injection[host=%s, headers=***]".formatted(host);
        }
    }

    /** What of it is no secret. */
    public List<Injected> injected() {
        return inject.stream()
                .map(each -> new Injected(each.host(), List.copyOf(new TreeMap<>(each.headers()).keySet())))
                .toList();
    }
}
