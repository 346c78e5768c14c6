package dev.caprock.audit;

/** Whether a chain is as it was written. */
public sealed interface Verification {

    /** @param records how many there are; 0 for a chain that never began */
    record Intact(long records) implements Verification {}

    /**
     * @param seq the first that is not as it was written, or is missing
     * @param reason for a person
     */
    record Broken(long seq, String reason) implements Verification {}
}
