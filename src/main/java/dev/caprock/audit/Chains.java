package dev.caprock.audit;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The chains of what has no session. A session's chain has the session's id. */
/** Which chain a record belongs to. A session's chain has the session's id. */
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;

/** The ids of audit chains that are no session's. */
public final class Chains {

    private Chains() {}

    /** A tenant's chain, which anyone can work out from the tenant's name. */
    /** The chain for what a tenant does that is no session's. */
    public static UUID ofTenant(String tenant) {
        return UUID.nameUUIDFromBytes(("caprock audit chain of tenant " + tenant).getBytes(StandardCharsets.UTF_8));
    /** The chain of what a tenant does outside of any session. */
    public static UUID ofTenant(String tenant) {
        return UUID.nameUUIDFromBytes(("caprock audit chain of tenant " + tenant).getBytes(UTF_8));
    }
}
