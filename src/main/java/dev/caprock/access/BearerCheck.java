package dev.caprock.access;

import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.stereotype.Component;

/** Recognises callers by what they bear: an API key of ours, or a token. */
@Component
class BearerCheck implements AuthenticationManager {

    private final ApiKeys keys;
    private final Tokens tokens;
    private final Callers callers;

    BearerCheck(ApiKeys keys, Tokens tokens, Callers callers) {
        this.keys = keys;
        this.tokens = tokens;
        this.callers = callers;
    }

    @Override
    public Authentication authenticate(Authentication sent) {
        String credential = ((BearerTokenAuthenticationToken) sent).getToken();
        try {
            Caller caller =
                    credential.startsWith(ApiKeyText.PREFIX) ? keys.caller(credential) : tokens.caller(credential);
            return new CallerAuthentication(caller, callers.isOperator(caller));
        } catch (DataAccessException failure) {
            throw Refused.unavailable("the database does not answer");
        }
    }
}
