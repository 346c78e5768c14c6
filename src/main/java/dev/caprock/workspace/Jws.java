package dev.caprock.workspace;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.UnaryOperator;
import tools.jackson.databind.json.JsonMapper;

/** A JSON Web Signature in its compact form. */
final class Jws {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private Jws() {}

    /** Fields are written in the order that their records declare by {@code @JsonPropertyOrder}. */
    static String signed(Object header, Object claims, UnaryOperator<byte[]> signature) {
        String text = encoded(header) + "." + encoded(claims);
        return text + "." + BASE64.encodeToString(signature.apply(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String encoded(Object part) {
        return BASE64.encodeToString(JSON.writeValueAsBytes(part));
    }
}
