package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Metrics are wanted most when the database is away. */
class BearerCheckTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    private final ApiKeys keys = mock();
    private final BearerCheck check = new BearerCheck(keys, mock(), mock(), AccessSettingsTest.settings(TOKEN));

    @Test
    void theScrapeTokenIsKnownWithoutTheDatabase() {
        when(keys.caller(any())).thenThrow(new DataAccessResourceFailureException("away"));

        assertThat(check(TOKEN).isAuthenticated()).isTrue();
        assertThat(check(TOKEN).getAuthorities()).isEmpty();
        assertThatThrownBy(() -> check("cap_of-an-operator")).isInstanceOf(Refused.class);
    }

    private Authentication check(String credential) {
        return check.authenticate(new BearerTokenAuthenticationToken(credential));
    }
}
