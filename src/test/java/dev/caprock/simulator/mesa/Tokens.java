package dev.caprock.simulator.mesa;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Verifies access tokens of all three generations, each time anew against what the organisation allows now. */
final class Tokens {
    private static final long KEY_LIFETIME = 86_400;
    private static final long ORGANISATION_LIFETIME = 14_400;
    private static final long SKEW = 60;

    private final Organisation organisation;
    private final Set<TokenGeneration> refused = EnumSet.noneOf(TokenGeneration.class);

    Tokens(Organisation organisation) {
        this.organisation = organisation;
    }

    /** A token split into its parts; the signature is not yet checked. */
    private record Jws(JsonNode header, JsonNode claims, byte[] signed, byte[] signature) {
        static Jws parse(String token) {
            String[] parts = token.split("\\.", -1);
            ensure(parts.length == 3, "the credential is unknown");
            try {
                byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
                return new Jws(Json.read(decoded(parts[0])), Json.read(decoded(parts[1])), signed, decoded(parts[2]));
            } catch (IllegalArgumentException e) {
                throw refusal("the token is not well formed");
            }
        }
    }

    synchronized void refuse(TokenGeneration generation) {
        refused.add(generation);
    }

    synchronized void accept(TokenGeneration generation) {
        refused.remove(generation);
    }

    Caller verify(String token) {
        Jws jws = Jws.parse(token);
        ensure(text(jws.header(), "typ").equals("mesa-at+jwt"), "typ is not mesa-at+jwt");
        ensure(text(jws.claims(), "aud").equals("mesa-api"), "aud is not mesa-api");
        return switch (text(jws.header(), "alg")) {
            case "HS256" -> ofKey(jws);
            case "EdDSA" -> ofOrganisation(jws);
            default -> throw refusal("alg is not supported");
        };
    }

    private Caller ofKey(Jws jws) {
        accepted(TokenGeneration.A);
        String kid = text(jws.header(), "kid");
        ensure(kid.endsWith(".v1"), "kid is not <key id>.v1");
        ApiKey key = organisation.keys().find(kid.substring(0, kid.length() - 3));
        if (key == null || !key.active(organisation.now())) {
            throw refusal("the key of the token is not alive");
        }
        ensure(text(jws.claims(), "iss").equals(key.id()), "iss is not the key");
        ensure(MessageDigest.isEqual(hmac(key.hash(), jws.signed()), jws.signature()), "the signature is wrong");
        lifetime(jws.claims(), KEY_LIFETIME);
        Set<String> named = repoIds(jws.claims());
        Set<String> repoIds = both(key.repoIds(), named);
        Scope scope = Scope.weaker(Scope.strongest(key.scopes()), scopes(jws.claims()));
        return new Caller(credential(jws), key, true, scope, repoIds, null, List.of());
    }

    private Caller ofOrganisation(Jws jws) {
        JsonNode claims = jws.claims();
        JsonNode jwk = jws.header().path("jwk");
        ensure(text(claims, "iss").equals(organisation.slug()), "iss is not the organisation");
        ensure(text(jwk, "kty").equals("OKP") && text(jwk, "crv").equals("Ed25519"), "jwk is not Ed25519");
        ensure(organisation.publicKeys().contains(text(jwk, "x")), "the key of the token is not registered");
        ensure(Ed25519.verify(text(jwk, "x"), jws.signed(), jws.signature()), "the signature is wrong");
        lifetime(claims, ORGANISATION_LIFETIME);
        if (claims.has("scopes")) {
            accepted(TokenGeneration.B);
            ensure(!claims.has("admin") && !claims.has("access"), "more than one authority");
            Set<String> repoIds = repoIds(claims);
            return new Caller(credential(jws), null, true, scopes(claims), repoIds, null, pairs(claims));
        }
        accepted(TokenGeneration.C);
        ensure(claims.has("admin") != claims.has("access"), "exactly one of admin and access is needed");
        if (claims.has("admin")) {
            ensure(claims.path("admin").isBoolean() && claims.path("admin").booleanValue(), "admin is not true");
            return new Caller(credential(jws), null, true, Scope.ADMIN, null, null, authors(claims));
        }
        return new Caller(credential(jws), null, true, Scope.READ, null, access(claims), authors(claims));
    }

    private static Map<String, Scope> access(JsonNode claims) {
        JsonNode access = claims.path("access");
        ensure(
                access.isObject() && !access.isEmpty() && access.size() <= 250,
                "access must name 1 to 250 repositories");
        Map<String, Scope> scopes = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : access.properties()) {
            ensure(!entry.getKey().contains("/") && !entry.getKey().contains("*"), "access names are bare");
            Scope scope = switch (entry.getValue().isString() ? entry.getValue().stringValue() : "") {
                case "read-repo" -> Scope.READ;
                case "write-repo" -> Scope.WRITE;
                default -> throw refusal("access is read-repo or write-repo");
            };
            scopes.merge(entry.getKey().toLowerCase(Locale.ROOT), scope, (a, b) -> a.covers(b) ? a : b);
        }
        return scopes;
    }

    private static List<Author> authors(JsonNode claims) {
        List<Author> authors = new ArrayList<>();
        for (JsonNode author : claims.path("authors")) {
            authors.add(author(author.path("name"), author.path("email")));
        }
        ensure(!claims.has("authors") || (!authors.isEmpty() && authors.size() <= 100), "1 to 100 authors");
        return authors;
    }

    private static List<Author> pairs(JsonNode claims) {
        List<Author> authors = new ArrayList<>();
        claims.path("author").forEach(pair -> authors.add(author(pair.path(0), pair.path(1))));
        return authors;
    }

    private static Author author(JsonNode name, JsonNode email) {
        ensure(name.isString() && !name.stringValue().isBlank(), "an author needs a name");
        ensure(!name.stringValue().matches("(?s).*[<>\r\n].*"), "an author's name has none of < > CR LF");
        return new Author(name.stringValue(), email.isString() ? email.stringValue() : null);
    }

    /** The repositories that the token asks for, as ids; null for no restriction of its own. */
    private @Nullable Set<String> repoIds(JsonNode claims) {
        List<String> repos = strings(claims.path("repos"));
        List<String> repoIds = strings(claims.path("repo_ids"));
        ensure(repos == null || repoIds == null, "repos and repo_ids exclude each other");
        if (repoIds != null) {
            ensure(repoIds.size() <= 250, "more than 250 repo_ids");
            return Set.copyOf(repoIds);
        }
        if (repos == null) {
            return null;
        }
        String prefix = organisation.slug() + "/";
        return organisation
                .repos()
                .idsOf(repos.stream()
                        .filter(name -> name.startsWith(prefix))
                        .map(name -> name.substring(prefix.length()))
                        .toList());
    }

    private void lifetime(JsonNode claims, long longest) {
        JsonNode iat = claims.path("iat");
        JsonNode exp = claims.path("exp");
        ensure(iat.isIntegralNumber() && exp.isIntegralNumber(), "iat and exp must be whole seconds");
        Instant now = organisation.now();
        ensure(now.getEpochSecond() < exp.longValue(), "the token has expired");
        ensure(iat.longValue() <= now.getEpochSecond() + SKEW, "the token is from the future");
        long lifetime = exp.longValue() - iat.longValue();
        ensure(lifetime > 0 && lifetime <= longest, "the token lives longer than " + longest + " s");
    }

    private synchronized void accepted(TokenGeneration generation) {
        ensure(!refused.contains(generation), "tokens of generation " + generation + " are not accepted");
    }

    private static @Nullable Scope scopes(JsonNode claims) {
        List<String> scopes = strings(claims.path("scopes"));
        if (scopes == null) {
            throw refusal("scopes are missing");
        }
        try {
            return Scope.strongest(scopes);
        } catch (Refused e) {
            throw refusal(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Set<String> both(@Nullable Set<String> one, @Nullable Set<String> other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        Set<String> both = new HashSet<>(one);
        both.retainAll(other);
        return both;
    }

    private static @Nullable List<String> strings(JsonNode array) {
        if (!array.isArray()) {
            ensure(array.isMissingNode() || array.isNull(), "a claim is not an array");
            return null;
        }
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.isString() ? item.stringValue() : ""));
        return strings;
    }

    private static String credential(Jws jws) {
        String jti = text(jws.claims(), "jti");
        ensure(!jti.isEmpty(), "jti is missing");
        return "token:" + jti;
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.stringValue() : "";
    }

    private static byte[] decoded(String part) {
        return Base64.getUrlDecoder().decode(part);
    }

    private static byte[] hmac(String secret, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void ensure(boolean holds, String message) {
        if (!holds) {
            throw refusal(message);
        }
    }

    private static Refused refusal(String message) {
        return new Refused(Problem.UNAUTHENTICATED, message);
    }
}
