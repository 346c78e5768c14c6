package dev.caprock.simulator.mesa;

/** What a fault does to a request. */
sealed interface FaultEffect {
    /** Nothing. */
    record None() implements FaultEffect {}

    /** This is answered and nothing is done. */
    record Answered(Answer answer) implements FaultEffect {}

    /** The connection ends and nothing is done. */
    record Dropped() implements FaultEffect {}

    /** The request is done, then the connection ends. */
    record Unanswered() implements FaultEffect {}

    /** The request waits, then is done. */
    record Held(Gate gate) implements FaultEffect {}
}
