package dev.caprock.simulator.e2b;

/** One of the two addresses that a client speaks to. */
interface Plane {

    /** Tells what a call is, and notes in it which sandbox it is about. */
    Operation classify(Call call);

    /** @throws Refused if it is answered by an error */
    Reply answer(Call call);
}
