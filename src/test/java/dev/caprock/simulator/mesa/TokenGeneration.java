package dev.caprock.simulator.mesa;

/** The three designs of access tokens; which of them a server of today still takes is not known. */
public enum TokenGeneration {
    /** HS256, signed with an API key. */
    A,
    /** EdDSA with scopes. */
    B,
    /** EdDSA with {@code admin} or {@code access}. */
    C
}
