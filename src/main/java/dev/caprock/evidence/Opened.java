package dev.caprock.evidence;

/** What came of looking into an envelope. */
sealed interface Opened {

    /** Signed by a key that is trusted. */
    @SuppressWarnings("ArrayRecordComponent") // on its way to be read; never compared
    record Authentic(byte[] payload) implements Opened {}

    /** @param reason for a person */
    record Refused(String reason) implements Opened {}
}
