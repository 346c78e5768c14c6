package dev.caprock.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** An issuer of tokens on loopback, as far as a service that takes them looks at it. */
public final class Issuer implements AutoCloseable {

    public static final String AUDIENCE = "caprock";

    private static final AtomicInteger KEYS = new AtomicInteger();

    private final AtomicInteger keysAsked = new AtomicInteger();
    private final HttpServer server;
    private volatile RSAKey key = newKey();
    private volatile boolean away;
    private volatile String keysPath = "/keys";

    private Issuer(HttpServer server) {
        this.server = server;
    }

    public static Issuer start() {
        try {
            var issuer = new Issuer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
            issuer.server.createContext("/", issuer::answer);
            issuer.server.start();
            return issuer;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What makes a service take its tokens. */
    public Map<String, String> properties() {
        return Map.of("caprock.access.oidc.issuer", url(), "caprock.access.oidc.audience", AUDIENCE);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    RSAKey key() {
        return key;
    }

    int keysAsked() {
        return keysAsked.get();
    }

    /** From now on it signs with another key, and tells only that one. */
    void rotate() {
        key = newKey();
    }

    /** From now on its keys are elsewhere, as its discovery document says, and no more where they were. */
    void moveKeys(String path) {
        keysPath = path;
    }

    /** Whether it answers with errors only. */
    void away(boolean is) {
        away = is;
    }

    /** Claims that hold at a moment. */
    JWTClaimsSet.Builder claims(Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .audience(AUDIENCE)
                .subject("ann")
                .claim("tenant", "acme")
                .claim("scope", "openid sessions:read")
                .issueTime(Date.from(now.minusSeconds(600)))
                .expirationTime(Date.from(now.plusSeconds(300)));
    }

    String token(Instant now, UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(key, JWSAlgorithm.RS256, change.apply(claims(now)).build());
    }

    static String sign(RSAKey key, JWSAlgorithm algorithm, JWTClaimsSet claims) {
        try {
            var header = new JWSHeader.Builder(algorithm)
                    .keyID(key.getKeyID())
                    .type(JOSEObjectType.JWT)
                    .build();
            var token = new SignedJWT(header, claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048)
                    .keyID("key-" + KEYS.incrementAndGet())
                    .generate();
        } catch (JOSEException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = "";
            if (path.equals("/.well-known/openid-configuration")) {
                body = "{\"issuer\": \"%1$s\", \"jwks_uri\": \"%1$s%2$s\"}".formatted(url(), keysPath);
            } else if (path.equals(keysPath)) {
                keysAsked.incrementAndGet();
                body = new JWKSet(key.toPublicJWK()).toString();
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(
                    away ? 503 : body.isEmpty() ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
