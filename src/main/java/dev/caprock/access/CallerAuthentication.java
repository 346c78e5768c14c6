package dev.caprock.access;

import java.util.stream.Stream;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/** A caller as the framework carries it along with the request. The credential is not kept. */
final class CallerAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    /** What {@code management.endpoint.health.roles} names. */
    private static final String OPERATOR = "operator";

    private final transient Caller caller;
    private final boolean operator;

    /** @param operator whether they run this installation */
    CallerAuthentication(Caller caller, boolean operator) {
        super(AuthorityUtils.createAuthorityList(Stream.concat(
                        caller.scopes().stream().map(Scope::text), operator ? Stream.of(OPERATOR) : Stream.empty())
                .toList()));
        this.caller = caller;
        this.operator = operator;
        setAuthenticated(true);
    }

    boolean may(Endpoint endpoint) {
        return endpoint.scope() == null || (caller.may(endpoint.scope()) && (operator || !endpoint.operatorsOnly()));
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public String getName() {
        return caller.subject();
    }
}
