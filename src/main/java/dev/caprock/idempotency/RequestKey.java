package dev.caprock.idempotency;

import dev.caprock.crypto.Sha256;
import dev.caprock.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A caller's {@code Idempotency-Key}, for one tenant and one route. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RequestKey(byte[] request, byte[] key) {

    private static final String HEADER = "Idempotency-Key";
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** Empty where the caller sent none. */
    static Optional<RequestKey> of(HttpServletRequest request, String tenant) {
        List<String> sent = Collections.list(request.getHeaders(HEADER));
        if (sent.isEmpty()) {
            return Optional.empty();
        }
        if (sent.size() > 1 || !VISIBLE.matcher(sent.getFirst()).matches()) {
            throw Problem.invalid(
                    "/" + HEADER, "Must be one key of 1 to 255 visible ASCII characters, without spaces.");
        }
        String scope = String.join("\0", tenant, request.getMethod(), request.getRequestURI(), sent.getFirst());
        return Optional.of(new RequestKey(Sha256.of(scope), bytes(sent.getFirst())));
    }

    /** Tells nothing of the body to who does not have the key, which is not kept. */
    byte[] fingerprint(byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(body);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", missing);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
