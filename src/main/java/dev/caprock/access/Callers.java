package dev.caprock.access;

import org.springframework.stereotype.Component;

/** Tells who is calling. Nobody is authenticated yet, so the server binds to loopback only and all are one tenant. */
@Component
public class Callers {

    private static final Caller LOCAL = new Caller("default", "local");

    public Caller current() {
        return LOCAL;
    }
}
