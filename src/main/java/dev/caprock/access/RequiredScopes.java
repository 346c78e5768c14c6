package dev.caprock.access;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/** What the table of endpoints says, for those who describe it. */
public final class RequiredScopes {

    private RequiredScopes() {}

    /**
     * The scope that an operation takes; null where anybody may call.
     *
     * @param pattern of its path, written as its controller has it
     * @throws IllegalArgumentException where the table has no such row, so that nobody may call
     */
    public static @Nullable Scope of(HttpMethod method, String pattern) {
        for (Endpoint endpoint : Endpoints.ALL) {
            if (endpoint.method().equals(method) && endpoint.pattern().equals(pattern)) {
                return endpoint.scope();
            }
        }
        throw new IllegalArgumentException("no row of the table of endpoints has %s %s".formatted(method, pattern));
    }
}
