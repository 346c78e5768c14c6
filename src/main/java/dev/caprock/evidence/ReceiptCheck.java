package dev.caprock.evidence;

import tools.jackson.core.JacksonException;

/** Verifies a session receipt, with nothing but public keys. */
final class ReceiptCheck {

    private ReceiptCheck() {}

    /** What came of it. */
    sealed interface Result {

        record Genuine(Receipt receipt) implements Result {}

        record Broken(String reason) implements Result {}
    }

    static Result of(byte[] file, PublicKeys keys) {
        Envelope envelope;
        try {
            envelope = Json.read(file, Envelope.class);
        } catch (JacksonException malformed) {
            return new Result.Broken("it is no envelope of a receipt");
        }
        return switch (keys.open(envelope, Receipt.PAYLOAD_TYPE)) {
            case Opened.Refused(String reason) -> new Result.Broken(reason);
            case Opened.Authentic(byte[] payload) -> statement(payload);
        };
    }

    private static Result statement(byte[] payload) {
        try {
            Receipt receipt = Json.read(payload, Receipt.class);
            boolean ours =
                    Receipt.TYPE.equals(receipt.type()) && Receipt.PREDICATE_TYPE.equals(receipt.predicateType());
            return ours ? new Result.Genuine(receipt) : new Result.Broken("it is signed, but not as a session receipt");
        } catch (JacksonException malformed) {
            return new Result.Broken("it is signed, but not as a session receipt");
        }
    }
}
