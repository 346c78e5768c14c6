package dev.caprock.access;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the issuer, from where its discovery document says they are. It is asked when the first token comes, not at the start:
 * a replica must start while the issuer is away. The document is read anew after keys could not be: they may have moved.
 */
final class IssuerKeys implements JWKSetSource<SecurityContext> {

    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_MILLIS = 3_000;
    private static final int MOST_BYTES = 512 * 1024;

    private final String issuer;
    private final ResourceRetriever http = new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, MOST_BYTES);
    private final @Nullable URI configured;
    private volatile @Nullable URI discovered;

    /** @param configured where the keys are; null where that is to be discovered */
    IssuerKeys(String issuer, @Nullable URI configured) {
        this.issuer = issuer;
        this.configured = configured;
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long now, SecurityContext context)
            throws KeySourceException {
        try {
            URI address = address();
            discovered = null; // until it has proved good
            JWKSet keys = new URLBasedJWKSetSource<>(address.toURL(), http).getJWKSet(refresh, now, context);
            discovered = address;
            return keys;
        } catch (IOException | ParseException | IllegalArgumentException failure) {
            throw new JWKSetUnavailableException("the issuer's discovery document cannot be read", failure);
        }
    }

    private URI address() throws IOException, ParseException {
        if (configured != null) {
            return configured;
        }
        URI known = discovered;
        return known == null ? discover() : known;
    }

    /** OpenID Connect Discovery 1.0, section 4. */
    private URI discover() throws IOException, ParseException {
        URL document = URI.create(issuer.replaceFirst("/+$", "") + "/.well-known/openid-configuration")
                .toURL();
        Map<String, Object> said =
                JSONObjectUtils.parse(http.retrieveResource(document).getContent());
        if (!issuer.equals(JSONObjectUtils.getString(said, "issuer"))) {
            throw new IOException("it is of another issuer");
        }
        return URI.create(JSONObjectUtils.getString(said, "jwks_uri"));
    }

    @Override
    public void close() {}
}
