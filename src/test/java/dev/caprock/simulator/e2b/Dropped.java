package dev.caprock.simulator.e2b;

/** Ends an exchange by closing its connection: the HTTP server does that when a handler throws. */
final class Dropped extends RuntimeException {

    Dropped() {
        super("connection dropped on purpose", null, false, false);
    }
}
