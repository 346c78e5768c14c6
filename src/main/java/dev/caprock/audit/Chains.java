package dev.caprock.audit;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Which chain a record belongs to. A session's chain has the session's id. */
public final class Chains {

    private Chains() {}

    /** The chain for what a tenant does that is no session's; anyone can work it out from the tenant's name. */
    public static UUID ofTenant(String tenant) {
        return UUID.nameUUIDFromBytes(("caprock audit chain of tenant " + tenant).getBytes(StandardCharsets.UTF_8));
    }
}
