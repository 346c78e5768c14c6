package dev.caprock.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureTest {

    private static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Instant AT = Instant.ofEpochSecond(1614265330);

    /** The example that the specification's own libraries are tested with. */
    @Test
    void itIsTheSpecificationsSignature() {
        assertThat(Signature.of("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, "{\"test\": 2432232314}", List.of(key())))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void eachSecretSigns() throws Exception {
        byte[] other = "another secret, of some length..".getBytes(java.nio.charset.StandardCharsets.UTF_8);

        String signatures = Signature.of("dlv_1", AT, "{}", List.of(key(), other));

        assertThat(signatures.split(" ", -1))
                .containsExactly(
                        new Webhook("whsec_" + SECRET).sign("dlv_1", AT.getEpochSecond(), "{}"),
                        new Webhook(other).sign("dlv_1", AT.getEpochSecond(), "{}"));
    }

    private static byte[] key() {
        return Base64.getDecoder().decode(SECRET);
    }
}
