package dev.caprock.access;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.caprock.problem.Text;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.stereotype.Component;

/**
 * Recognises callers by tokens of the configured issuer. Its keys are kept for five minutes, for four hours while it does not
 * answer, and asked for again when a token names one that is not among them: at most twice in half a minute, since anyone can
 * send such a token. Beyond that, one with an unknown key is told to come again rather than that it is bad.
 */
@Component
class Tokens {

    private static final Logger log = LoggerFactory.getLogger(Tokens.class);

    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final Duration ASKING = Duration.ofSeconds(15);
    private static final Duration BETWEEN = Duration.ofSeconds(30);
    private static final Duration OUTAGE = Duration.ofHours(4);

    /** Before what the issuer says: its subjects are not to be taken for the service or for a key of ours. */
    private static final String SUBJECT = "token:";

    /** Nothing that is verified with a key which could also sign. */
    private static final Set<JWSAlgorithm> ASYMMETRIC = Stream.of(JWSAlgorithm.Family.RSA, JWSAlgorithm.Family.EC)
            .flatMap(Collection::stream)
            .collect(Collectors.toUnmodifiableSet());

    private final AccessSettings.Oidc settings;
    private final @Nullable JwtDecoder decoder;

    Tokens(AccessSettings settings, Clock clock) {
        this.settings = settings.oidc();
        String issuer = this.settings.issuer();
        String audience = this.settings.audience();
        this.decoder = issuer == null || audience == null ? null : decoder(this.settings, issuer, audience, clock);
    }

    /** Who has the token; throws {@link Refused} when it opens nothing here. */
    Caller caller(String token) {
        Jwt jwt = decode(token);
        return new Caller(line(jwt, settings.tenantClaim()), SUBJECT + line(jwt, settings.subjectClaim()), scopes(jwt));
    }

    private Jwt decode(String token) {
        if (decoder == null) {
            throw Refused.invalid("This is no API key, and tokens are not taken here.");
        }
        try {
            return decoder.decode(token);
        } catch (JwtValidationException invalid) {
            throw Refused.invalid("The token does not hold: " + said(invalid));
        } catch (BadJwtException bad) {
            throw Refused.invalid("This is no token that the issuer has signed.");
        } catch (JwtException failure) {
            log.warn("a token cannot be checked: {}", failure.getMessage());
            throw Refused.unavailable("the issuer's keys are out of reach");
        }
    }

    /** What was wrong with it, fit for a header. */
    private static String said(JwtValidationException invalid) {
        return invalid.getErrors().stream()
                .map(error -> String.valueOf(error.getDescription()))
                .collect(Collectors.joining(", "))
                .replaceAll("[^ !#-\\[\\]-~]", "");
    }

    private static String line(Jwt jwt, String claim) {
        if (jwt.getClaims().get(claim) instanceof String text && Text.isLine(text, Caller.LONGEST)) {
            return text;
        }
        throw Refused.incomplete(claim);
    }

    /** Words that say nothing to us give nothing. */
    private Set<Scope> scopes(Jwt jwt) {
        Stream<?> words = switch (jwt.getClaims().get(settings.scopeClaim())) {
            case String line -> Arrays.stream(line.split(" "));
            case Collection<?> list -> list.stream();
            case null, default -> Stream.empty();
        };
        return words.flatMap(word -> Stream.concat(
                        Scope.of(word.toString()).stream(),
                        settings.scopes().getOrDefault(word.toString(), Set.of()).stream()))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static JwtDecoder decoder(AccessSettings.Oidc settings, String issuer, String audience, Clock clock) {
        var keys = JWKSourceBuilder.<SecurityContext>create(new IssuerKeys(issuer, settings.jwkSetUri()))
                .cache(KEPT.toMillis(), ASKING.toMillis())
                .refreshAheadCache(false)
                .rateLimited(BETWEEN.toMillis())
                .outageTolerant(OUTAGE.toMillis())
                .build();
        var processor = new DefaultJWTProcessor<SecurityContext>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ASYMMETRIC, keys));
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWTClaimsSetVerifier((claims, context) -> {}); // validators below do
        var decoder = new NimbusJwtDecoder(processor);
        decoder.setJwtValidator(validators(settings, issuer, audience, clock));
        return decoder;
    }

    private static OAuth2TokenValidator<Jwt> validators(
            AccessSettings.Oidc settings, String issuer, String audience, Clock clock) {
        var time = new JwtTimestampValidator(settings.clockSkew());
        time.setClock(clock);
        time.setAllowEmptyExpiryClaim(false);
        return new DelegatingOAuth2TokenValidator<>(
                time,
                new JwtIssuerValidator(issuer),
                new JwtClaimValidator<@Nullable List<String>>(
                        JwtClaimNames.AUD, audiences -> audiences != null && audiences.contains(audience)));
    }
}
