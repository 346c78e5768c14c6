package dev.caprock.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class SigningKeysTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    /** RFC 8032, 7.1, test 2, so that what we derive is what everybody derives. */
    @Test
    void aKeyIsTheOneThatItsSeedMakes() {
        byte[] pkcs8 = HexFormat.of()
                .parseHex(
                        "302e020100300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

        assertThat(HexFormat.of().formatHex(SigningKey.of(pkcs8).publicKey()))
                .endsWith("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    }

    @Test
    void whatItSignsVerifiesWithTheJdkAlone() throws Exception {
        SigningKey key = SigningKey.random();
        Signature check = Signature.getInstance("Ed25519");

        check.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(key.publicKey())));
        check.update("DSSEv1 4 text 3 \u0001\u0002\u0003".getBytes(StandardCharsets.US_ASCII));

        assertThat(check.verify(key.signature("text", MESSAGE))).isTrue();
    }

    @Test
    void aKeyIsReadFromPemAndFromBase64() {
        SigningKey key = SigningKey.random();
        String base64 = Base64.getEncoder().encodeToString(key.pkcs8());

        assertThat(SigningKey.of(base64).id()).isEqualTo(key.id());
        assertThat(SigningKey.of("-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n".formatted(base64))
                        .id())
                .isEqualTo(key.id());
    }

    @Test
    void aKeyThatCannotBeReadIsToldWithoutItself() {
        assertThatThrownBy(() -> new GivenAudit().keys("c2VjcmV0", 1))
                .hasMessageContaining("caprock.audit.signing-key is not an Ed25519 key in PKCS#8; make one with")
                .hasMessageNotContaining("c2VjcmV0");
        assertThat(SigningKey.random().toString()).contains("key=***");
    }

    @Test
    void ofSeveralReplicasThatStartAtOnceOneMakesTheKey() throws Exception {
        var given = new GivenAudit();
        var replicas = new ArrayList<Callable<String>>();
        for (int i = 0; i < 5; i++) {
            replicas.add(() -> given.keys(null, 1).current().id());
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var id : threads.invokeAll(replicas)) {
                assertThat(id.get()).isEqualTo(given.keys.current().id());
            }
        }
        assertThat(given.keys.published()).hasSize(1);
    }

    @Test
    void whatAFormerKeySignedStillVerifies() {
        var given = GivenAudit.filled();
        SigningKey own = SigningKey.random();
        SigningKeys next = given.keys(Base64.getEncoder().encodeToString(own.pkcs8()), 1);

        assertThat(next.current().id()).isEqualTo(own.id());
        assertThat(next.published())
                .extracting(SigningKeys.Published::id)
                .containsExactlyInAnyOrder(given.keys.current().id(), own.id());
        String export = String.join("\n", given.export(next)) + "\n";
        assertThat(GivenAudit.verify(export, next.trusted())).startsWith("intact");
        assertThat(GivenAudit.verify(export, PublicKeys.of(List.of(own.publicKey()))))
                .startsWith("checkpoint 1: it is signed by key "
                        + given.keys.current().id());
    }

    @Test
    void underAnotherMasterKeyNothingIsSigned() {
        var given = GivenAudit.filled();

        assertThatThrownBy(() -> given.keys(null, 2).current())
                .isInstanceOf(Problem.class)
                .hasMessageContaining("cannot be used");
    }
}
