package dev.caprock.access;

import java.util.Set;
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
    private final boolean scraper;

    /** @param operator whether they run this installation */
    CallerAuthentication(Caller caller, boolean operator) {
        this(caller, operator, false);
    }

    private CallerAuthentication(Caller caller, boolean operator, boolean scraper) {
        super(AuthorityUtils.createAuthorityList(Stream.concat(
                        caller.scopes().stream().map(Scope::text), operator ? Stream.of(OPERATOR) : Stream.empty())
                .toList()));
        this.caller = caller;
        this.operator = operator;
        this.scraper = scraper;
        setAuthenticated(true);
    }

    /** Who bears the scrape token: reads metrics, and may do nothing else. */
    static CallerAuthentication ofScraper(String tenant) {
        return new CallerAuthentication(new Caller(tenant, "scraper", Set.of()), false, true);
    }

    boolean may(Endpoint endpoint) {
        return endpoint.scope() == null
                || (scraper && endpoint.scraped())
                || (caller.may(endpoint.scope()) && (operator || !endpoint.operatorsOnly()));
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
