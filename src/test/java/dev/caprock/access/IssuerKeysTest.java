package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.proc.SimpleSecurityContext;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the issuer's keys are read. */
class IssuerKeysTest {

    private final Issuer issuer = Issuer.start();

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void keysThatHaveMovedAreFoundAgainOnceTheyCouldNotBeRead() throws KeySourceException {
        var keys = new IssuerKeys(issuer.url(), null);
        read(keys);

        issuer.moveKeys("/moved");

        assertThatExceptionOfType(KeySourceException.class).isThrownBy(() -> read(keys));
        assertThat(read(keys)).isEqualTo(issuer.key().getKeyID());
    }

    @Test
    void anAddressThatNeverHeldKeysIsNotKept() throws KeySourceException {
        var keys = new IssuerKeys(issuer.url(), null);
        issuer.away(true);
        assertThatExceptionOfType(KeySourceException.class).isThrownBy(() -> read(keys));

        issuer.away(false);

        assertThat(read(keys)).isEqualTo(issuer.key().getKeyID());
    }

    @Test
    void whereTheOperatorSaysIsKeptWhateverTheIssuerSays() throws KeySourceException {
        var keys = new IssuerKeys(issuer.url(), URI.create(issuer.url() + "/moved"));
        assertThatExceptionOfType(KeySourceException.class).isThrownBy(() -> read(keys));

        issuer.moveKeys("/moved");

        assertThat(read(keys)).isEqualTo(issuer.key().getKeyID());
    }

    private static String read(IssuerKeys keys) throws KeySourceException {
        return keys.getJWKSet(JWKSetCacheRefreshEvaluator.noRefresh(), 0, new SimpleSecurityContext())
                .getKeys()
                .getFirst()
                .getKeyID();
    }
}
