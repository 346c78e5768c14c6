package dev.caprock.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The audit chains: one per session, and one per tenant for what has no session. */
@Component
public class Audit {

    // ASCII: text with half a surrogate pair could not be stored.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private final AuditTable table;

    Audit(AuditTable table) {
        this.table = table;
    }

    /**
     * Appends to a chain in the caller's transaction, which holds the chain from here to its end: make it the last thing there.
     *
     * @param at is cut to microseconds
     * @param detail what JSON can hold; never a secret; null where there is nothing to add
     * @return the record's seq
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public long append(
            UUID chain,
            Instant at,
            Actor actor,
            String action,
            String target,
            String outcome,
            @Nullable Map<String, Object> detail) {
        var head = table.lockHead(chain, Storable.text(actor.tenant()));
        var unsigned = new AuditRecord(
                chain,
                head.seq() + 1,
                at.truncatedTo(ChronoUnit.MICROS),
                storable(actor),
                action,
                Storable.text(target),
                outcome,
                detail == null ? null : MAPPER.writeValueAsString(detail),
                head.hash(),
                "");
        table.append(unsigned.hashed());
        return unsigned.seq();
    }

    /** Records after {@code after}, oldest first, at most {@code limit}. */
    public List<AuditRecord> read(UUID chain, long after, int limit) {
        return table.read(chain, after, limit);
    }

    /** The first record of an action and outcome in a chain. */
    public Optional<AuditRecord> first(UUID chain, String action, String outcome) {
        return table.first(chain, action, outcome);
    }

    /**
     * A tenant's records over all its chains, oldest first. Times are those at which transactions wrote, not those at which they
     * were committed: who follows the newest records begins some seconds before the last one seen.
     *
     * @param after only those behind this one; null for the oldest
     */
    public List<AuditRecord> search(AuditSearch search, @Nullable Place after, int limit) {
        return table.search(search, after, limit);
    }

    /** Where a record stands among all of its tenant. */
    public record Place(Instant at, UUID chain, long seq) {

        public static Place of(AuditRecord last) {
            return new Place(last.at(), last.chain(), last.seq());
        }
    }

    /** Where the chains of a tenant end, by chain, at most {@code limit} of those behind {@code after}. */
    public List<ChainEnd> ends(String tenant, @Nullable UUID after, int limit) {
        return table.ends(tenant, after, limit);
    }

    /** The tenants of chains that have grown since their heads were last taken. */
    public List<String> tenantsMoved() {
        return table.tenantsMoved();
    }

    /**
     * Takes the heads of chains that have grown since theirs was last taken, in the caller's transaction, which keeps them from
     * growing until its end. A chain that somebody else appends to just now is left for the next time.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<ChainHead> takeMoved(String tenant, int limit) {
        return table.takeMoved(tenant, limit);
    }

    /** Those of these, by chain, that are not (any more) records of the tenant's chains with these hashes. */
    public List<Differing> differing(String tenant, List<ChainHead> expected) {
        return table.differing(tenant, MAPPER.writeValueAsString(expected));
    }

    /** Whose chains of sessions that began in this time are not retired, some or all. */
    public List<String> tenantsKept(Instant begin, Instant end) {
        return table.tenantsKept(begin, end);
    }

    /**
     * Retires chains of a tenant's sessions that began in this time, in the caller's transaction: nothing can be appended to them
     * any more. Those whose heads were not taken since they grew are left.
     *
     * @param number of the statement that says so
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<ChainHead> retire(String tenant, Instant begin, Instant end, long number, int limit) {
        return table.retire(tenant, begin, end, number, limit);
    }

    /** Whether there are records from this time whose chain is not retired. */
    public boolean holdsOthers(Instant begin, Instant end) {
        return table.holdsOthers(begin, end);
    }

    private static Actor storable(Actor actor) {
        return new Actor(
                Storable.text(actor.tenant()),
                Storable.text(actor.subject()),
                Storable.optional(actor.requestId()),
                Storable.optional(actor.sourceAddress()));
    }
}
