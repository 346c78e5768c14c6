package dev.caprock.evidence;

import dev.caprock.audit.ChainHead;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Going along a tenant's statements about retired chains, from the first. */
final class RetirementWalk {

    private final PublicKeys keys;
    private final String tenant;
    private final Map<UUID, ChainHead> ends = new HashMap<>();
    private long reached;
    private String upTo = "";

    RetirementWalk(PublicKeys keys, String tenant) {
        this.keys = keys;
        this.tenant = tenant;
    }

    /** The latest month of any statement; empty before the first. */
    String upTo() {
        return upTo;
    }

    /** Whether the chain is retired, and ended so. */
    boolean states(ChainHead head) {
        return head.equals(ends.get(head.chain()));
    }

    /** Null when it is the next statement. */
    @Nullable
    Finding step(Envelope found) {
        long expected = reached + 1;
        byte[] payload;
        switch (keys.open(found, Retirement.TYPE)) {
            case Opened.Refused(String reason) -> {
                return broken(expected, reason);
            }
            case Opened.Authentic(byte[] authentic) -> payload = authentic;
        }
        Retirement retirement;
        try {
            retirement = Json.read(payload, Retirement.class);
        } catch (JacksonException malformed) {
            return broken(expected, "its payload is no retirement");
        }
        if (!tenant.equals(retirement.tenant())) {
            return broken(expected, "it is of another tenant");
        }
        if (retirement.number() != expected) {
            return broken(
                    expected,
                    retirement.number() > expected ? "the retirement is missing" : "in its place is an earlier one");
        }
        for (ChainHead head : retirement.chains()) {
            if (ends.put(head.chain(), head) != null) {
                return broken(expected, "it retires chain %s again".formatted(head.chain()));
            }
        }
        reached = expected;
        upTo = retirement.month().compareTo(upTo) > 0 ? retirement.month() : upTo;
        return null;
    }

    private static Finding broken(long number, String reason) {
        return Finding.retirement(number, reason);
    }
}
