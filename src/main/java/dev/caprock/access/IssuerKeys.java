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
 * a replica must start while the issuer is away.
 */
final class IssuerKeys implements JWKSetSource<SecurityContext> {

    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_MILLIS = 3_000;
    private static final int MOST_BYTES = 512 * 1024;

    private final String issuer;
    private final ResourceRetriever http = new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, MOST_BYTES);
    private volatile @Nullable URI address;

    /** @param address null where it is to be discovered */
    IssuerKeys(String issuer, @Nullable URI address) {
        this.issuer = issuer;
        this.address = address;
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long now, SecurityContext context)
            throws KeySourceException {
        try {
            URI known = address;
            URI keys = known == null ? discover() : known;
            address = keys;
            return new URLBasedJWKSetSource<>(keys.toURL(), http).getJWKSet(refresh, now, context);
        } catch (IOException | ParseException | IllegalArgumentException failure) {
            throw new JWKSetUnavailableException("the issuer's discovery document cannot be read", failure);
        }
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
