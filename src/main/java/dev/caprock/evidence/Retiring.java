package dev.caprock.evidence;

import dev.caprock.audit.Audit;
import dev.caprock.audit.ChainHead;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * States of the chains of a month that they are retired, so that their records may go. Nothing of a tenant is retired unless all of
 * its chains are as they were written: retention removes no trace of tampering.
 */
@Component
public class Retiring {

    /** Of one statement. */
    private static final int MOST_CHAINS = 500;

    private static final int INSPECTED = 20_000;

    /** Between the statement and the end of its records: exports that began before it find them, and people may look. */
    private static final Duration GRACE = Duration.ofDays(1);

    private static final Logger log = LoggerFactory.getLogger(Retiring.class);

    private final Audit audit;
    private final Checkpoints checkpoints;
    private final Inspection inspection;
    private final RetirementTable table;
    private final SigningKeys keys;
    private final TransactionTemplate transactions;
    private final Clock clock;

    Retiring(
            Audit audit,
            Checkpoints checkpoints,
            Inspection inspection,
            RetirementTable table,
            SigningKeys keys,
            TransactionTemplate transactions,
            Clock clock) {
        this.audit = audit;
        this.checkpoints = checkpoints;
        this.inspection = inspection;
        this.table = table;
        this.keys = keys;
        this.transactions = transactions;
        this.clock = clock;
    }

    /**
     * Retires what can be of a month whose sessions are all removed. May be repeated, and cut off anywhere.
     *
     * @return whether each record of the month belongs to a chain that has been retired for at least a day, so that all of them may
     *     go
     * @throws IllegalStateException when chains of a tenant are not as they were written; those of others are retired then
     */
    public boolean retire(YearMonth month) {
        Instant begin = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        Instant end = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        List<String> refused = audit.tenantsKept(begin, end).stream()
                .filter(tenant -> !retire(tenant, month, begin, end))
                .toList();
        if (!refused.isEmpty()) {
            throw new IllegalStateException("%s is not retired: chains of %d tenants are not as they were written"
                    .formatted(month, refused.size()));
        }
        Instant longEnough = clock.instant().minus(GRACE);
        return audit.tenantsKept(begin, end).isEmpty()
                && table.lastOf(month.toString())
                        .map(last -> !last.isAfter(longEnough))
                        .orElse(true)
                && !audit.holdsOthers(begin, end);
    }

    private boolean retire(String tenant, YearMonth month, Instant begin, Instant end) {
        checkpoints.make(tenant);
        Finding broken = inspection.all(tenant, INSPECTED);
        if (broken != null) {
            log.error("audit.retirement tenant={} month={} refused: {}", tenant, month, broken.text());
            return false;
        }
        SigningKey key = keys.current();
        int retired;
        do {
            retired =
                    Objects.requireNonNull(transactions.execute(status -> retireSome(tenant, month, begin, end, key)));
        } while (retired == MOST_CHAINS);
        return true;
    }

    private int retireSome(String tenant, YearMonth month, Instant begin, Instant end, SigningKey key) {
        table.lock(tenant);
        long number = table.last(tenant) + 1;
        List<ChainHead> chains = audit.retire(tenant, begin, end, number, MOST_CHAINS);
        if (!chains.isEmpty()) {
            var retirement = new Retirement(
                    tenant, number, clock.instant().truncatedTo(ChronoUnit.MICROS), month.toString(), chains);
            byte[] payload = Json.bytes(retirement);
            table.add(retirement, payload, key.id(), key.signature(Retirement.TYPE, payload));
            log.info(
                    "audit.retirement tenant={} number={} month={} chains={} digest={}",
                    tenant,
                    number,
                    month,
                    chains.size(),
                    Digest.of(payload));
        }
        return chains.size();
    }
}
