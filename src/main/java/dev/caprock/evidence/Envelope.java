package dev.caprock.evidence;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * A signed statement as DSSE v1 has it (https://github.com/secure-systems-lab/dsse). The signature covers the type too, so that
 * no statement can be passed off as one of another kind.
 *
 * @param payload in base64
 */
record Envelope(String payloadType, String payload, List<Signature> signatures) {

    /**
     * @param keyid SHA-256 of the public key as SubjectPublicKeyInfo, in hexadecimal
     * @param sig in base64
     */
    record Signature(String keyid, String sig) {

        Signature {
            requireNonNull(keyid, "keyid");
            requireNonNull(sig, "sig");
        }
    }

    Envelope {
        requireNonNull(payloadType, "payloadType");
        requireNonNull(payload, "payload");
        signatures = List.copyOf(signatures);
    }

    static Envelope of(String payloadType, byte[] payload, String keyId, byte[] signature) {
        var base64 = Base64.getEncoder();
        return new Envelope(
                payloadType,
                base64.encodeToString(payload),
                List.of(new Signature(keyId, base64.encodeToString(signature))));
    }

    /** The bytes that are signed: DSSE's pre-authentication encoding. */
    static byte[] toSign(String payloadType, byte[] payload) {
        int typeLength = payloadType.getBytes(StandardCharsets.UTF_8).length;
        byte[] before = "DSSEv1 %d %s %d "
                .formatted(typeLength, payloadType, payload.length)
                .getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[before.length + payload.length];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(payload, 0, all, before.length, payload.length);
        return all;
    }
}
