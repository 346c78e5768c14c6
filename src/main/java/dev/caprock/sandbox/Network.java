package dev.caprock.sandbox;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox may reach, and what is added to its requests once they have left it.
 *
 * @param allow the hosts that it may reach, see {@link HostPattern}; null for no restriction
 * @param inject what is added, by host; where there is a restriction, it allows these hosts too
 */
public record Network(@Nullable List<String> allow, List<Injection> inject) {

    /** No restriction, and nothing is added. */
    public static final Network OPEN = new Network(null, List.of());

    private static final String MASK = "***";
    private static final int SHORTEST_PIECE = 8;

    public Network {
        allow = allow == null ? null : List.copyOf(allow);
        inject = List.copyOf(inject);
    }

    /**
     * Headers that the provider sets on each HTTPS request to a host, in place of those that the sandbox sent. Their values are
     * secrets: they go to the provider and nowhere else.
     */
    public record Injection(String host, Map<String, String> headers) {

        public Injection {
            headers = Map.copyOf(headers);
        }

        @Override
        public String toString() {
            return "Injection[host=%s, headers=***]".formatted(host);
        }
    }

    public boolean allows(String host) {
        return allow == null || allow.stream().anyMatch(pattern -> HostPattern.covers(pattern, host));
    }

    /** A remote's words without the values that it was sent, should it quote them: whole, word by word, or cut short. */
    public String masked(String words) {
        String masked = words;
        for (String secret : inject.stream().flatMap(Network::secrets).toList()) {
            for (int length = secret.length(); length >= Math.min(SHORTEST_PIECE, secret.length()); length--) {
                masked = masked.replace(secret.substring(0, length), MASK);
            }
        }
        return masked;
    }

    private static Stream<String> secrets(Injection injection) {
        return injection.headers().values().stream()
                .flatMap(value -> Stream.concat(Stream.of(value), Arrays.stream(value.split(" "))))
                .filter(word -> word.length() >= SHORTEST_PIECE);
    }
}
