package dev.caprock.session.lifecycle;

import dev.caprock.session.Session;
import java.time.Instant;

/** The outcome of an action that did not come off. */
record Setback(Outcome outcome, ActionEnd end) implements Outcome {

    Setback(Outcome outcome) {
        this(outcome, ActionEnd.SETBACK);
    }

    @Override
    public void record(Session session, Instant now) {
        outcome.record(session, now);
    }

    @Override
    public void fenced() {
        outcome.fenced();
    }
}
