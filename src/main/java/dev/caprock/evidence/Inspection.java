package dev.caprock.evidence;

import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.ChainEnd;
import dev.caprock.audit.ChainHead;
import dev.caprock.audit.Differing;
import dev.caprock.audit.Head;
import dev.caprock.audit.Verification;
import dev.caprock.audit.Walk;
import dev.caprock.evidence.CheckpointWalk.Link;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Recomputes a tenant's checkpoints and chains from the database, a bounded part at a time. First each checkpoint is verified, and
 * that what it signed is still there; then each chain from its first record to its head.
 */
@Component
class Inspection {

    private static final int RECORDS = 1000;

    private final Audit audit;
    private final CheckpointTable checkpoints;
    private final RetirementTable retirements;
    private final SigningKeys keys;
    private final TransactionTemplate transactions;

    Inspection(
            Audit audit,
            CheckpointTable checkpoints,
            RetirementTable retirements,
            SigningKeys keys,
            PlatformTransactionManager transactionManager) {
        this.audit = audit;
        this.checkpoints = checkpoints;
        this.retirements = retirements;
        this.keys = keys;
        this.transactions = new TransactionTemplate(transactionManager);
        transactions.setReadOnly(true);
        transactions.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    /**
     * What a part came to.
     *
     * @param chains how many of them were looked at from their first record to their head
     * @param retired how many more have no records any more, as a signed statement says
     * @param next where to go on; null when this was the last part, or something is broken
     * @param last the last checkpoint; whoever knows of a later one knows that something was cut off
     */
    record Part(
            long checkpoints,
            long chains,
            long records,
            long retired,
            @Nullable Finding broken,
            @Nullable InspectionPlace next,
            Link last) {}

    /** @param limit how many records and signed heads to look at, give or take a page */
    Part inspect(String tenant, InspectionPlace from, int limit) {
        PublicKeys trusted = keys.trusted();
        return Objects.requireNonNull(transactions.execute(status -> new Looking(tenant, trusted, limit).look(from)));
    }

    /** The first thing that is not as it was written, in all parts of so many; null when there is none. */
    @Nullable
    Finding all(String tenant, int limit) {
        InspectionPlace place = InspectionPlace.START;
        while (place != null) {
            Part part = inspect(tenant, place, limit);
            if (part.broken() != null) {
                return part.broken();
            }
            place = part.next();
        }
        return null;
    }

    /** One part. */
    private final class Looking {

        private final String tenant;
        private final PublicKeys trusted;
        private final int limit;
        private final Statements statements;
        private long looked;
        private long checkpointCount;
        private long chainCount;
        private long recordCount;
        private long retiredCount;

        Looking(String tenant, PublicKeys trusted, int limit) {
            this.tenant = tenant;
            this.trusted = trusted;
            this.limit = limit;
            this.statements = new Statements(retirements, trusted, tenant);
        }

        Part look(InspectionPlace from) {
            InspectionPlace place = from;
            while (place != null) {
                Progress progress = switch (place) {
                    case InspectionPlace.AfterCheckpoint(long number) -> checkpoint(number);
                    case InspectionPlace.AfterChain(UUID chain) -> chain(chain, 0);
                    case InspectionPlace.InChain(UUID chain, long seq) -> chain(before(chain), seq);
                };
                if (progress.broken() != null || looked >= limit) {
                    return part(progress.broken(), progress.broken() == null ? progress.next() : null);
                }
                place = progress.next();
            }
            return part(null, null);
        }

        private Part part(@Nullable Finding broken, @Nullable InspectionPlace next) {
            Link last = checkpoints.last(tenant).map(CheckpointTable.Row::link).orElse(Link.NONE);
            return new Part(checkpointCount, chainCount, recordCount, retiredCount, broken, next, last);
        }

        private Progress checkpoint(long after) {
            List<CheckpointTable.Row> found = checkpoints.read(tenant, after, 1);
            if (found.isEmpty()) {
                return Progress.to(new InspectionPlace.AfterChain(InspectionPlace.BEFORE_ALL));
            }
            Link before = after == 0
                    ? Link.NONE
                    : checkpoints
                            .get(tenant, after)
                            .map(CheckpointTable.Row::link)
                            .orElse(Link.NONE);
            var step = new CheckpointWalk(trusted, tenant, before)
                    .step(found.getFirst().envelope());
            Checkpoint checkpoint = step.checkpoint();
            if (checkpoint == null) {
                return Progress.broken(Objects.requireNonNull(step.broken()));
            }
            checkpointCount++;
            looked += checkpoint.heads().size();
            return audit.differing(tenant, checkpoint.heads()).stream()
                    .filter(differing -> !isRetired(differing))
                    .findFirst()
                    .map(Differing::expected)
                    .map(head -> Progress.broken(Finding.record(
                            head.chain(),
                            head.seq(),
                            "it is not the record that checkpoint %d signed; it is missing, or it or one before it was hashed anew"
                                    .formatted(checkpoint.number()))))
                    .orElse(Progress.to(new InspectionPlace.AfterCheckpoint(checkpoint.number())));
        }

        /** What was signed before its chain was retired cannot be compared any more, but for the last. */
        private boolean isRetired(Differing differing) {
            ChainHead expected = differing.expected();
            ChainHead stated =
                    differing.retirement() == null ? null : statements.end(expected.chain(), differing.retirement());
            return stated != null && (expected.seq() < stated.seq() || expected.equals(stated));
        }

        /** Whole: a statement of less, or records that are there in part, excuse nothing. */
        private boolean isRetired(ChainEnd end) {
            Long retirement = end.retirement();
            return retirement != null
                    && end.head().equals(statements.end(end.head().chain(), retirement))
                    && audit.read(end.head().chain(), 0, 1).isEmpty();
        }

        /** @param reached the seq up to which it was looked at before */
        private Progress chain(UUID after, long reached) {
            List<ChainEnd> found = audit.ends(tenant, after, 1);
            if (found.isEmpty()) {
                return Progress.end();
            }
            ChainHead head = found.getFirst().head();
            var walk = new Walk(head.head(), reached == 0 ? Head.NONE : at(head.chain(), reached));
            while (walk.reached().seq() < head.seq()) {
                List<AuditRecord> page = audit.read(head.chain(), walk.reached().seq(), RECORDS);
                for (AuditRecord record : page) {
                    if (walk.step(record) instanceof Verification.Broken(long seq, String reason)) {
                        return Progress.broken(Finding.record(head.chain(), seq, reason));
                    }
                }
                recordCount += page.size();
                looked += page.size();
                if (page.isEmpty() && isRetired(found.getFirst())) {
                    retiredCount++;
                    looked++;
                    return Progress.to(new InspectionPlace.AfterChain(head.chain()));
                }
                if (page.isEmpty()) {
                    break;
                }
                if (looked >= limit && walk.reached().seq() < head.seq()) {
                    return Progress.to(new InspectionPlace.InChain(
                            head.chain(), walk.reached().seq()));
                }
            }
            return end(head, walk);
        }

        private Progress end(ChainHead head, Walk walk) {
            boolean beyond = !audit.read(head.chain(), walk.reached().seq(), 1).isEmpty();
            if (walk.end() instanceof Verification.Broken(long seq, String reason)) {
                return Progress.broken(Finding.record(head.chain(), seq, reason));
            }
            if (beyond) {
                return Progress.broken(
                        Finding.record(head.chain(), head.seq() + 1, "the record is beyond the head of the chain"));
            }
            chainCount++;
            looked++;
            return Progress.to(new InspectionPlace.AfterChain(head.chain()));
        }

        private Head at(UUID chain, long seq) {
            Optional<AuditRecord> record =
                    audit.read(chain, seq - 1, 1).stream().findFirst();
            return record.map(found -> new Head(seq, found.hashed().hash())).orElse(Head.NONE);
        }

        /** The greatest id below another one. */
        private static UUID before(UUID chain) {
            long low = chain.getLeastSignificantBits() - 1;
            return new UUID(low == -1 ? chain.getMostSignificantBits() - 1 : chain.getMostSignificantBits(), low);
        }
    }

    /** At most one is there; neither at the end. */
    private record Progress(
            @Nullable InspectionPlace next, @Nullable Finding broken) {

        static Progress to(InspectionPlace place) {
            return new Progress(place, null);
        }

        static Progress broken(Finding finding) {
            return new Progress(null, finding);
        }

        static Progress end() {
            return new Progress(null, null);
        }
    }
}
