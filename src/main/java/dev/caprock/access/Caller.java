package dev.caprock.access;

import java.util.Set;

/**
 * Who is calling.
 *
 * @param tenant whose sessions they see
 * @param subject who they are within it: {@code key:} and an API key's id, or {@code token:} and what the issuer calls them
 * @param scopes what they may do there
 */
public record Caller(String tenant, String subject, Set<Scope> scopes) {

    /** The longest name of a tenant, and of a subject as its issuer has it. */
    static final int LONGEST = 200;

    public Caller {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }
}
