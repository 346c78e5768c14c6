package dev.caprock.agent;

import java.util.Map;

/**
 * Where an agent finds its model, unless it is told of another place.
 *
 * @param host that it calls
 * @param keys the variable that it takes its key from, by the header that carries the key (in lower case)
 * @param elsewhere the variable that tells it of another place
 */
public record Model(String host, Map<String, String> keys, String elsewhere) {

    public Model {
        keys = Map.copyOf(keys);
    }
}
