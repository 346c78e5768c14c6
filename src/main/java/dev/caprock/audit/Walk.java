package dev.caprock.audit;

import dev.caprock.audit.Verification.Broken;
import dev.caprock.audit.Verification.Intact;
import org.jspecify.annotations.Nullable;

/** Going along a chain, from its first record to its head. */
public final class Walk {

    private final Head head;
    private Head last;

    public Walk(Head head) {
        this(head, Head.NONE);
    }

    /** @param last where an earlier walk came to */
    public Walk(Head head, Head last) {
        this.head = head;
        this.last = last;
    }

    /** The last record that was as it was written; its seq is 0 before the first. */
    public Head reached() {
        return last;
    }

    /** Null when the record is the next of its chain, and as it was written. */
    public @Nullable Broken step(AuditRecord found) {
        long expected = last.seq() + 1;
        if (found.seq() < expected) {
            return new Broken(expected, "in its place is record %d again".formatted(found.seq()));
        }
        if (found.seq() > expected) {
            return new Broken(expected, "the record is missing");
        }
        if (expected > head.seq()) {
            return new Broken(expected, "the record is beyond the head of the chain");
        }
        if (!found.previous().equals(last.hash())) {
            return new Broken(expected, "the record does not follow the one before it");
        }
        if (!found.hash().equals(Canonical.hash(found))) {
            return new Broken(expected, "the record is not what was hashed");
        }
        last = new Head(expected, found.hash());
        return null;
    }

    /** After the last record. */
    public Verification end() {
        if (last.seq() < head.seq()) {
            return new Broken(last.seq() + 1, "the record is missing; the head of the chain is at " + head.seq());
        }
        if (!last.hash().equals(head.hash())) {
            return new Broken(last.seq(), "the head of the chain has another hash");
        }
        return new Intact(last.seq());
    }
}
