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

    BearerCheck(ApiKeys keys, Tokens tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    @Override
    public Authentication authenticate(Authentication sent) {
        String credential = ((BearerTokenAuthenticationToken) sent).getToken();
        try {
            return new CallerAuthentication(
                    credential.startsWith(ApiKeyText.PREFIX) ? keys.caller(credential) : tokens.caller(credential));
        } catch (DataAccessException failure) {
            throw Refused.unavailable("the database does not answer");
        }
    }
}
