package dev.caprock.session;

import java.util.List;

/** A host, and the names of the headers that requests to it get once they have left the sandbox. */
public record Injected(String host, List<String> headers) {

    public Injected {
        headers = List.copyOf(headers);
    }
}
