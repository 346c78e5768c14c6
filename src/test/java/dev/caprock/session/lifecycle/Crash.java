package dev.caprock.session.lifecycle;

/**
 * One way for a replica to end.
 *
 * @param number which time the step is met, from 1
 * @param answer what comes of the step, where it is an exchange
 */
record Crash(Step step, int number, Side side, Answer answer, Moment moment, Manner manner) {

    /** None: it meets no such step. */
    static final Crash NONE =
            new Crash(new Step(Step.Kind.COMMIT, "", ""), 0, Side.BEFORE, Answer.DONE, Moment.AT_ONCE, Manner.DIES);

    /** Whether it dies before the step is taken, or after. */
    enum Side {
        BEFORE,
        AFTER
    }

    /** What comes of an exchange with a remote. */
    enum Answer {
        /** Done, and answered. */
        DONE,
        /** Done, but the answer is lost. */
        LOST,
        /** Not done, and nobody says so. */
        NOT_DONE,
        BUSY,
        REFUSED
    }

    /** When it ends: there, or once the replica has recorded what came of it. */
    enum Moment {
        AT_ONCE,
        RECORDED
    }

    /** Whether it is gone for good, or stands still and goes on when another has taken over. */
    enum Manner {
        DIES,
        FREEZES
    }

    boolean concerns(Step met, int time) {
        return step.equals(met) && number == time;
    }

    @Override
    public String toString() {
        if (equals(NONE)) {
            return "no crash";
        }
        String what = step.kind() == Step.Kind.EXCHANGE && side == Side.AFTER ? " " + answer : "";
        String when = moment == Moment.RECORDED ? " and recorded" : "";
        return "%s %s %s #%d%s%s".formatted(manner, side, step, number, what, when);
    }
}
