package dev.caprock.simulator.mesa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The vectors are those of the protocol reference: a fake API key, and the seed of RFC 8032's first test. */
class TokensTest {
    private static final Instant SIGNED = Instant.ofEpochSecond(1_760_000_000);
    private static final String RAW_KEY = "mesa_test_0123456789abcdef";
    private static final String PUBLIC_KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    private static final String A1 =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6Im1lc2EtYXQrand0Iiwia2lkIjoia2V5XzAwMDEudjEifQ.eyJpc3MiOiJrZXlfMDAwM"
                    + "SIsImF1ZCI6Im1lc2EtYXBpIiwic2NvcGVzIjpbInJlYWQiLCJ3cml0ZSJdLCJyZXBvcyI6WyJhY21lL2FnZW50LXdvcmtzc"
                    + "GFjZSJdLCJpYXQiOjE3NjAwMDAwMDAsImV4cCI6MTc2MDAwMzYwMCwianRpIjoiMTExMTExMTEtMjIyMi00MzMzLTg0NDQtN"
                    + "TU1NTU1NTU1NTU1In0.u9MUYVs9UpNOZTyLESfFcXmCE-gGsact0QCQP6KukBc";
    private static final String A2 =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6Im1lc2EtYXQrand0Iiwia2lkIjoia2V5XzAwMDEudjEifQ.eyJpc3MiOiJrZXlfMDAwM"
                    + "SIsImF1ZCI6Im1lc2EtYXBpIiwic2NvcGVzIjpbInJlYWQiXSwicmVwb3MiOm51bGwsImlhdCI6MTc2MDAwMDAwMCwiZXhwI"
                    + "joxNzYwMDAwOTAwLCJqdGkiOiJhYWFhYWFhYS1iYmJiLTRjY2MtOGRkZC1lZWVlZWVlZWVlZWUifQ.MOViJOkAR0lUKeWY8y"
                    + "ggo-_4c4L0fgvhbiW1N9edFAE";
    private static final String B1 =
            "eyJhbGciOiJFZERTQSIsInR5cCI6Im1lc2EtYXQrand0IiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTkiLCJ4"
                    + "IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJpc3MiOiJhY21lIiwiYXVkIjoib"
                    + "WVzYS1hcGkiLCJhdXRob3IiOltbIk1lc2EgQm90IiwiYm90QGV4YW1wbGUuY29tIl0sWyJOb01haWwiLG51bGxdXSwic2Nvc"
                    + "GVzIjpbInJlYWQiLCJ3cml0ZSJdLCJyZXBvcyI6WyJhY21lL2FnZW50LXdvcmtzcGFjZSJdLCJpYXQiOjE3NjAwMDAwMDAsI"
                    + "mV4cCI6MTc2MDAwMzYwMCwianRpIjoiMTExMTExMTEtMjIyMi00MzMzLTg0NDQtNTU1NTU1NTU1NTU1In0.DBhyYRQ0TQMto"
                    + "zY5WpmaxLkeTBFT0Kc4wEjEa_SgwLgJ1VbVjBuXhJ-oJkeDh8BsxWHgCY9UF980EaXuXDDBDg";
    private static final String C1 =
            "eyJhbGciOiJFZERTQSIsInR5cCI6Im1lc2EtYXQrand0IiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTkiLCJ4"
                    + "IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJpc3MiOiJhY21lIiwiYXVkIjoib"
                    + "WVzYS1hcGkiLCJhdXRob3JzIjpbeyJuYW1lIjoiTWVzYSBCb3QiLCJlbWFpbCI6ImJvdEBleGFtcGxlLmNvbSJ9XSwiYWNjZ"
                    + "XNzIjp7ImFnZW50LXdvcmtzcGFjZSI6IndyaXRlLXJlcG8iLCJkb2NzIjoicmVhZC1yZXBvIn0sImlhdCI6MTc2MDAwMDAwM"
                    + "CwiZXhwIjoxNzYwMDAzNjAwLCJqdGkiOiIxMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1NTUifQ.mEi_c3lbE6"
                    + "Cgtae0F--Rwf7jQo9Ukws__E5tMsSyrpXGBaW1vihvUWl-KCwdMUnUhGQEzw_ufJHhTa72ZQxnAA";
    private static final String C2 =
            "eyJhbGciOiJFZERTQSIsInR5cCI6Im1lc2EtYXQrand0IiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTkiLCJ4"
                    + "IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJpc3MiOiJhY21lIiwiYXVkIjoib"
                    + "WVzYS1hcGkiLCJhZG1pbiI6dHJ1ZSwiaWF0IjoxNzYwMDAwMDAwLCJleHAiOjE3NjAwMDA5MDAsImp0aSI6IjExMTExMTExL"
                    + "TIyMjItNDMzMy04NDQ0LTU1NTU1NTU1NTU1NSJ9.Faf3pwWZPGs98lQT87r7XAZFKFBsa4Q53GC_ScSY0tPFMXvE2hJnW8lV"
                    + "I1VAjfX_HWWNz8a1lqecE9BJ__X4DQ";

    private final MesaSimulator mesa = MesaSimulator.start(0, "acme", Clock.fixed(SIGNED, ZoneOffset.UTC));

    @BeforeEach
    void prepare() {
        mesa.createRepo("agent-workspace", Map.of("a.txt", "a"));
        mesa.createRepo("docs", Map.of("d.txt", "d"));
        mesa.createRepo("other", Map.of());
        register(List.of("read", "write"));
        mesa.registerPublicKey(PUBLIC_KEY);
    }

    @AfterEach
    void stop() {
        mesa.close();
    }

    @Test
    void vector_a1_writes_to_its_repository_and_reaches_no_other() throws Exception {
        assertThat(whoami(A1).at("/key_id")).isEqualTo("key_0001");
        assertThat(reads(A1, "agent-workspace")).isEqualTo(200);
        assertThat(writes(A1, "agent-workspace")).isEqualTo(201);
        assertThat(reads(A1, "docs")).isEqualTo(403);
    }

    @Test
    void vector_a2_reads_everything_and_writes_nothing() throws Exception {
        assertThat(reads(A2, "docs")).isEqualTo(200);
        assertThat(writes(A2, "docs")).isEqualTo(403);
    }

    @Test
    void vector_b1_writes_to_its_repository_as_its_first_author() throws Exception {
        assertThat(whoami(B1).json().path("key_id").isNull()).isTrue();
        assertThat(wire(B1).post("/acme/agent-workspace/changes", base("agent-workspace"))
                        .at("/author/name"))
                .isEqualTo("Mesa Bot");
        assertThat(reads(B1, "docs")).isEqualTo(403);
    }

    @Test
    void vector_c1_has_each_repository_as_its_access_says() throws Exception {
        assertThat(writes(C1, "agent-workspace")).isEqualTo(201);
        assertThat(reads(C1, "docs")).isEqualTo(200);
        assertThat(writes(C1, "docs")).isEqualTo(403);
        assertThat(reads(C1, "other")).isEqualTo(403);
        assertThat(wire(C1).get("/acme/repos").json().path("repos").size()).isEqualTo(2);
        assertThat(wire(C1).post("/acme/repos", "{}").status()).isEqualTo(403);
    }

    @Test
    void vector_c2_may_do_all_but_mint_keys() throws Exception {
        assertThat(wire(C2).post("/acme/repos", "{\"name\":\"new\"}").status()).isEqualTo(201);
        assertThat(wire(C2).get("/acme/api-keys").status()).isEqualTo(200);
        assertThat(wire(C2).post("/acme/api-keys", "{}").status()).isEqualTo(403);
    }

    @Test
    void a_token_ends_with_its_expiry() throws Exception {
        mesa.clock(Clock.fixed(SIGNED.plusSeconds(3599), ZoneOffset.UTC));
        assertThat(List.of(whoami(A1).status(), whoami(B1).status(), whoami(C1).status()))
                .containsOnly(200);

        mesa.clock(Clock.fixed(SIGNED.plusSeconds(3600), ZoneOffset.UTC));
        assertThat(List.of(whoami(A1).status(), whoami(B1).status(), whoami(C1).status()))
                .containsOnly(401);
    }

    @Test
    void a_token_ends_with_its_key() throws Exception {
        assertThat(wire(mesa.rootKey()).delete("/acme/api-keys/key_0001").status())
                .isEqualTo(200);

        assertThat(whoami(A1).status()).isEqualTo(401);
        assertThat(whoami(A1).at("/error/code")).isEqualTo("UNAUTHENTICATED");
    }

    @Test
    void a_token_can_do_no_more_than_its_key_can_now() throws Exception {
        register(List.of("read"));

        assertThat(reads(A1, "agent-workspace")).isEqualTo(200);
        assertThat(writes(A1, "agent-workspace")).isEqualTo(403);
    }

    @Test
    void a_changed_token_is_refused() throws Exception {
        for (String token : List.of(A1, B1, C1)) {
            String[] parts = token.split("\\.");
            String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
            String forged = claims.replace("agent-workspace", "other");
            assertThat(forged).isNotEqualTo(claims);
            assertThat(whoami(parts[0] + "." + encoded(forged) + "." + parts[2]).status())
                    .isEqualTo(401);
        }
    }

    @Test
    void a_lifetime_of_more_than_a_day_is_refused() throws Exception {
        assertThat(whoami(signed(86_400, "")).status()).isEqualTo(200);
        assertThat(whoami(signed(86_401, "")).status()).isEqualTo(401);
    }

    @Test
    void names_and_ids_of_repositories_exclude_each_other() throws Exception {
        assertThat(whoami(signed(60, ",\"repo_ids\":[\"repo_0001\"]")).status()).isEqualTo(200);
        assertThat(whoami(signed(60, ",\"repos\":[\"acme/docs\"],\"repo_ids\":[\"repo_0001\"]"))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void a_generation_can_be_refused() throws Exception {
        mesa.refuseTokens(TokenGeneration.A);

        assertThat(whoami(A1).status()).isEqualTo(401);
        assertThat(whoami(C1).status()).isEqualTo(200);
    }

    @Test
    void a_key_that_nobody_registered_opens_nothing() throws Exception {
        try (MesaSimulator stranger = MesaSimulator.start(0, "acme", Clock.fixed(SIGNED, ZoneOffset.UTC))) {
            assertThat(new Wire(stranger, C2).get("/whoami").status()).isEqualTo(401);
            stranger.registerPublicKey(PUBLIC_KEY);
            assertThat(new Wire(stranger, C2).get("/whoami").status()).isEqualTo(200);
        }
    }

    @Test
    void an_organisation_key_comes_in_its_canonical_form() {
        String prefix = "mesa_private_key_acme_";
        String key = mesa.privateKey();

        assertThat(key).startsWith(prefix);
        assertThat(Base64.getUrlDecoder().decode(key.substring(prefix.length())))
                .hasSize(48);
    }

    private void register(List<String> scopes) {
        ApiKey.Grant grant = new ApiKey.Grant("vectors", scopes, null, Map.of(), null);
        mesa.keys().register("key_0001", RAW_KEY, grant, SIGNED);
    }

    private static String signed(long lifetime, String more) throws GeneralSecurityException {
        long iat = SIGNED.getEpochSecond();
        String header = encoded("{\"alg\":\"HS256\",\"typ\":\"mesa-at+jwt\",\"kid\":\"key_0001.v1\"}");
        String claims = encoded(
                "{\"iss\":\"key_0001\",\"aud\":\"mesa-api\",\"scopes\":[\"read\"],\"jti\":\"j\",\"iat\":%d,\"exp\":%d%s}"
                        .formatted(iat, iat + lifetime, more));
        Mac mac = Mac.getInstance("HmacSHA256");
        byte[] secret = "r2jCzYEYD_Pel_CazdeZ87xDMG5GrBFdyNIq8aV5MeM".getBytes(StandardCharsets.US_ASCII);
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        byte[] signature = mac.doFinal((header + "." + claims).getBytes(StandardCharsets.US_ASCII));
        return header + "." + claims + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private Wire wire(String credential) {
        return new Wire(mesa, credential);
    }

    private Wire.Reply whoami(String token) throws IOException, InterruptedException {
        return wire(token).get("/whoami");
    }

    private int reads(String token, String repo) throws IOException, InterruptedException {
        return wire(token).get("/acme/" + repo).status();
    }

    private int writes(String token, String repo) throws IOException, InterruptedException {
        return wire(token).post("/acme/" + repo + "/changes", base(repo)).status();
    }

    private String base(String repo) {
        return "{\"base_change_id\":\"" + mesa.bookmark(repo, "main").changeId() + "\"}";
    }
}
