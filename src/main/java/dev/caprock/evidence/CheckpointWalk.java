package dev.caprock.evidence;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Going along a tenant's checkpoints, from the first. */
final class CheckpointWalk {

    private final PublicKeys keys;
    private final String tenant;
    private Link last;

    /**
     * The end of the checkpoints so far.
     *
     * @param number 0 before the first
     * @param digest the SHA-256 of its payload
     */
    record Link(long number, String digest) {

        static final Link NONE = new Link(0, Digest.OF_NOTHING_BEFORE);
    }

    /** What a step came to: exactly one is there. */
    record Step(@Nullable Checkpoint checkpoint, @Nullable Finding broken) {}

    /** @param last where an earlier walk came to */
    CheckpointWalk(PublicKeys keys, String tenant, Link last) {
        this.keys = keys;
        this.tenant = tenant;
        this.last = last;
    }

    Link reached() {
        return last;
    }

    Step step(Envelope found) {
        long expected = last.number() + 1;
        byte[] payload;
        switch (keys.open(found, Checkpoint.TYPE)) {
            case Opened.Refused(String reason) -> {
                return broken(expected, reason);
            }
            case Opened.Authentic(byte[] authentic) -> payload = authentic;
        }
        Checkpoint checkpoint;
        try {
            checkpoint = Json.read(payload, Checkpoint.class);
        } catch (JacksonException malformed) {
            return broken(expected, "its payload is no checkpoint");
        }
        if (!tenant.equals(checkpoint.tenant())) {
            return broken(expected, "it is of another tenant");
        }
        if (checkpoint.number() != expected) {
            return broken(
                    expected,
                    checkpoint.number() > expected ? "the checkpoint is missing" : "in its place is an earlier one");
        }
        if (!checkpoint.previous().equals(last.digest())) {
            return broken(expected, "it does not follow the one before it");
        }
        last = new Link(expected, Digest.of(payload));
        return new Step(checkpoint, null);
    }

    private static Step broken(long number, String reason) {
        return new Step(null, Finding.checkpoint(number, reason));
    }
}
