package dev.caprock.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.stereotype.Component;

/** Recognises callers by what they bear: an API key of ours, or a token; and who scrapes metrics, whatever the database does. */
@Component
class BearerCheck implements AuthenticationManager {

    private final ApiKeys keys;
    private final Tokens tokens;
    private final Callers callers;
    private final AccessSettings settings;

    BearerCheck(ApiKeys keys, Tokens tokens, Callers callers, AccessSettings settings) {
        this.keys = keys;
        this.tokens = tokens;
        this.callers = callers;
        this.settings = settings;
    }

    @Override
    public Authentication authenticate(Authentication sent) {
        String credential = ((BearerTokenAuthenticationToken) sent).getToken();
        if (scrapes(credential)) {
            return CallerAuthentication.ofScraper(settings.operatorTenant());
        }
        try {
            Caller caller =
                    credential.startsWith(ApiKeyText.PREFIX) ? keys.caller(credential) : tokens.caller(credential);
            return new CallerAuthentication(caller, callers.isOperator(caller));
        } catch (DataAccessException failure) {
            throw Refused.unavailable("the database does not answer");
        }
    }

    private boolean scrapes(String credential) {
        String token = settings.scrapeToken();
        return token != null
                && MessageDigest.isEqual(
                        token.getBytes(StandardCharsets.UTF_8), credential.getBytes(StandardCharsets.UTF_8));
    }
}
