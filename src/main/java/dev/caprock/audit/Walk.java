package dev.caprock.audit;

import dev.caprock.audit.Verification.Broken;
import dev.caprock.audit.Verification.Intact;
import org.jspecify.annotations.Nullable;

/** Going along a chain, from its first record to its head. */
final class Walk {

    private final Head head;
    private Head last = Head.NONE;

    Walk(Head head) {
        this.head = head;
    }

    /** The seq of the last record that was as it was written. */
    long reached() {
        return last.seq();
    }

    @Nullable
    Broken step(AuditRecord found) {
        long expected = last.seq() + 1;
        if (found.seq() != expected) {
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
        last = new Head(found.seq(), found.hash());
        return null;
    }

    Verification end() {
        if (last.seq() < head.seq()) {
            return new Broken(last.seq() + 1, "the record is missing; the head of the chain is at " + head.seq());
        }
        if (!last.hash().equals(head.hash())) {
            return new Broken(last.seq(), "the head of the chain has another hash");
        }
        return new Intact(last.seq());
    }
}
