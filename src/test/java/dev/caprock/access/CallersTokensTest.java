package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens open something, and what. */
class CallersTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private final Issuer issuer = Issuer.start();
    private final Tokens tokens = tokens(null);

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void aTokenSaysWhoWhereAndWhat() {
        assertThat(tokens.caller(token(claims -> claims)))
                .isEqualTo(new Caller("acme", "token:ann", Set.of(Scope.SESSIONS_READ)));
    }

    @Test
    void theKeysMayAlsoBeWhereTheOperatorSays() {
        assertThat(tokens(URI.create(issuer.url() + "/keys"))
                        .caller(token(claims -> claims))
                        .tenant())
                .isEqualTo("acme");
    }

    // ---- time ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {29, 0, -3600})
    void clocksMayDifferALittle(int secondsAgo) {
        assertThat(tokens.caller(token(claims -> claims.expirationTime(at(-secondsAgo)))))
                .isNotNull();
        assertThat(tokens.caller(token(claims -> claims.notBeforeTime(at(Math.min(29, -secondsAgo))))))
                .isNotNull();
    }

    @Test
    void aTokenThatHasExpiredOrIsNotYetValidOpensNothing() {
        assertInvalid(token(claims -> claims.expirationTime(at(-31))), "expired");
        assertInvalid(token(claims -> claims.notBeforeTime(at(31))), "used before");
    }

    @Test
    void aTokenThatNeverExpiresOpensNothing() {
        assertInvalid(token(claims -> claims.expirationTime(null)), "exp");
    }

    // ---- whom it is from and for ---------------------------------------------------------------------------------

    @Test
    void aTokenForAnotherServiceOpensNothing() {
        assertInvalid(token(claims -> claims.audience("another")), "aud");
        assertInvalid(token(claims -> claims.audience((String) null)), "aud");
        assertThat(tokens.caller(token(claims -> claims.audience(List.of("another", Issuer.AUDIENCE)))))
                .isNotNull();
    }

    @Test
    void aTokenOfAnotherIssuerOpensNothingEvenWithTheRightSignature() {
        assertInvalid(token(claims -> claims.issuer("https://another.example")), "iss");
    }

    @Test
    void aTokenThatSomebodyElseSignedOpensNothing() {
        assertInvalid(sign(claims -> claims, Issuer.newKey()), "signed");
    }

    @Test
    void aTokenWithoutASignatureOpensNothing() {
        assertInvalid(new PlainJWT(issuer.claims(NOW).build()).serialize(), "signed");
    }

    /** What a verifier falls for that lets the token choose how its public key is used. */
    @Test
    void aTokenSignedWithThePublicKeyAsASharedSecretOpensNothing() throws JOSEException {
        byte[] known = issuer.key().toRSAPublicKey().getEncoded();
        var header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .keyID(issuer.key().getKeyID())
                .build();
        var forged = new SignedJWT(header, issuer.claims(NOW).build());
        forged.sign(new MACSigner(known));

        assertInvalid(forged.serialize(), "signed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.", "..", "cap"})
    void whatIsNoTokenOpensNothing(String text) {
        assertInvalid(text, "signed");
    }

    @Test
    void withoutAnIssuerNoTokenOpensAnything() {
        var none = new Tokens(settings(null, null, Map.of()), Clock.systemUTC());

        assertRefused(none, token(claims -> claims), 401, "not taken here");
    }

    // ---- claims --------------------------------------------------------------------------------------------------

    @Test
    void aTokenWithoutATenantIsToldWhichClaimIsMissing() {
        assertRefused(tokens, token(claims -> claims.claim("tenant", null)), 403, "\"tenant\"");
        assertRefused(tokens, token(claims -> claims.claim("tenant", " ")), 403, "\"tenant\"");
        assertRefused(tokens, token(claims -> claims.claim("tenant", List.of("a", "b"))), 403, "\"tenant\"");
        assertRefused(tokens, token(claims -> claims.claim("tenant", "x".repeat(201))), 403, "\"tenant\"");
        assertRefused(tokens, token(claims -> claims.subject(null)), 403, "\"sub\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "a\nb", "\u001b[2J"})
    void aClaimThatIsNoLineOfTextOpensNothing(String text) {
        assertRefused(tokens, token(claims -> claims.claim("tenant", text)), 403, "\"tenant\"");
        assertRefused(tokens, token(claims -> claims.subject(text)), 403, "\"sub\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"caprock", "key:key_00000000000070008000000000000000", "create-api-key"})
    void aSubjectIsNeverTakenForTheServiceOrAKey(String subject) {
        assertThat(tokens.caller(token(claims -> claims.subject(subject))).subject())
                .isEqualTo("token:" + subject);
    }

    @Test
    void scopesAreATextOrAListAndOthersGiveNothing() {
        assertThat(scopes(claims -> claims.claim("scope", "sessions:write  audit:read what SESSIONS:READ")))
                .containsExactlyInAnyOrder(Scope.SESSIONS_WRITE, Scope.AUDIT_READ);
        assertThat(scopes(claims -> claims.claim("scope", List.of("admin", "other"))))
                .containsExactly(Scope.ADMIN);
        assertThat(scopes(claims -> claims.claim("scope", null))).isEmpty();
        assertThat(scopes(claims -> claims.claim("scope", 7))).isEmpty();
    }

    @Test
    void anIssuersOwnWordsAreTranslated() {
        assertThat(scopes(claims -> claims.claim("scope", "operators webhooks:write")))
                .containsExactlyInAnyOrder(Scope.SESSIONS_READ, Scope.AUDIT_READ, Scope.WEBHOOKS_WRITE);
    }

    // ---- the issuer's keys ---------------------------------------------------------------------------------------

    @Test
    void aNewKeyOfTheIssuerIsLearntWithTheFirstTokenThatNamesIt() {
        String before = token(claims -> claims);
        assertThat(tokens.caller(before)).isNotNull();

        issuer.rotate();

        assertThat(tokens.caller(token(claims -> claims))).isNotNull();
        assertThatExceptionOfType(Refused.class).isThrownBy(() -> tokens.caller(before));
    }

    @Test
    void tokensWithMadeUpKeysDoNotHaveUsFloodTheIssuer() {
        assertThat(tokens.caller(token(claims -> claims))).isNotNull();
        var foreign = Issuer.newKey();
        for (int i = 0; i < 50; i++) {
            assertThatExceptionOfType(Refused.class).isThrownBy(() -> tokens.caller(sign(claims -> claims, foreign)));
        }

        assertThat(issuer.keysAsked()).isLessThanOrEqualTo(3);
        assertThat(tokens.caller(token(claims -> claims))).isNotNull();
    }

    @Test
    void nothingIsAskedOfTheIssuerBeforeTheFirstToken() {
        assertThat(issuer.keysAsked()).isZero();
    }

    @Test
    void whileTheIssuerIsAwayATokenIsNeitherGoodNorBadAndAfterwardsItIsGood() {
        issuer.away(true);
        assertRefused(tokens, token(claims -> claims), 503, "out of reach");

        issuer.away(false);
        assertThat(tokens.caller(token(claims -> claims))).isNotNull();

        issuer.close();
        assertThat(tokens.caller(token(claims -> claims))).isNotNull();
    }

    // ---- how -----------------------------------------------------------------------------------------------------

    private Tokens tokens(@Nullable URI keys) {
        return new Tokens(
                settings(issuer.url(), keys, Map.of("operators", Set.of(Scope.SESSIONS_READ, Scope.AUDIT_READ))),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static AccessSettings settings(
            @Nullable String issuer, @Nullable URI keys, Map<String, Set<Scope>> translated) {
        var oidc = new AccessSettings.Oidc(
                issuer, Issuer.AUDIENCE, keys, Duration.ofSeconds(30), "tenant", "sub", "scope", translated);
        var life = new AccessSettings.ApiKeyLife(Duration.ofDays(1), Duration.ofDays(1));
        return new AccessSettings("default", null, life, oidc, new AccessSettings.Cors(List.of()));
    }

    private String token(UnaryOperator<JWTClaimsSet.Builder> change) {
        return issuer.token(NOW, change);
    }

    private String sign(UnaryOperator<JWTClaimsSet.Builder> change, com.nimbusds.jose.jwk.RSAKey key) {
        return Issuer.sign(
                key, JWSAlgorithm.RS256, change.apply(issuer.claims(NOW)).build());
    }

    private Set<Scope> scopes(UnaryOperator<JWTClaimsSet.Builder> change) {
        return tokens.caller(token(change)).scopes();
    }

    private static Date at(int seconds) {
        return Date.from(NOW.plusSeconds(seconds));
    }

    private void assertInvalid(String token, String why) {
        assertRefused(tokens, token, 401, why);
    }

    private static void assertRefused(Tokens tokens, String token, int status, String why) {
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> tokens.caller(token))
                .satisfies(refused -> {
                    assertThat(refused.problem().status().value()).isEqualTo(status);
                    assertThat(refused.problem()).hasMessageContaining(why);
                });
    }
}
