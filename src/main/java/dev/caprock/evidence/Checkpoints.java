package dev.caprock.evidence;

import dev.caprock.audit.Audit;
import dev.caprock.audit.ChainHead;
import dev.caprock.evidence.CheckpointWalk.Link;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Makes the checkpoints. */
@Component
class Checkpoints {

    /** Of one checkpoint, which keeps these chains from growing while it is made. */
    private static final int MOST_HEADS = 1000;

    private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

    private final Audit audit;
    private final CheckpointTable table;
    private final SigningKeys keys;
    private final TransactionTemplate transactions;
    private final Clock clock;

    Checkpoints(Audit audit, CheckpointTable table, SigningKeys keys, TransactionTemplate transactions, Clock clock) {
        this.audit = audit;
        this.table = table;
        this.keys = keys;
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Signs the heads that have moved, of all tenants. Those of one that cannot be signed keep no other waiting. */
    void makeAll() {
        var failures = new ArrayList<RuntimeException>();
        for (String tenant : audit.tenantsMoved()) {
            try {
                make(tenant);
            } catch (RuntimeException failure) {
                log.error("audit.checkpoint tenant={} cannot be made", tenant, failure);
                failures.add(failure);
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException(
                    "%d tenants have no new checkpoint".formatted(failures.size()), failures.getFirst());
        }
    }

    /** Signs the heads of a tenant that have moved, in as many checkpoints as it takes. */
    void make(String tenant) {
        SigningKey key = keys.current(); // before the transaction: it may have to be made in one of its own
        int signed;
        do {
            signed = Objects.requireNonNull(transactions.execute(status -> make(tenant, key)));
        } while (signed == MOST_HEADS);
    }

    private int make(String tenant, SigningKey key) {
        table.lock(tenant);
        List<ChainHead> heads = audit.takeMoved(tenant, MOST_HEADS);
        if (heads.isEmpty()) {
            return 0;
        }
        Link last = table.last(tenant).map(CheckpointTable.Row::link).orElse(Link.NONE);
        var checkpoint = new Checkpoint(
                tenant, last.number() + 1, clock.instant().truncatedTo(ChronoUnit.MICROS), last.digest(), heads);
        byte[] payload = Json.bytes(checkpoint);
        table.add(checkpoint, payload, key.id(), key.signature(Checkpoint.TYPE, payload));
        // Logs leave this machine: a copy of the digest there shows when the last checkpoints were removed.
        log.info(
                "audit.checkpoint tenant={} number={} heads={} digest={}",
                tenant,
                checkpoint.number(),
                heads.size(),
                Digest.of(payload));
        return heads.size();
    }
}
