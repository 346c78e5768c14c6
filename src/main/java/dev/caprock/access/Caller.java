package dev.caprock.access;

import java.util.Set;

/**
 * Who is calling.
 *
 * @param tenant whose sessions they see
 * @param subject who they are within it
 * @param scopes what they may do there
 */
public record Caller(String tenant, String subject, Set<Scope> scopes) {

    public Caller {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }
}
