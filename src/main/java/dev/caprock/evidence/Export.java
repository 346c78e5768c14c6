package dev.caprock.evidence;

import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.ChainEnd;
import dev.caprock.audit.ChainHead;
import dev.caprock.id.Ids;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Writes all audit records of a tenant, a page at a time. No transaction spans it, since whoever reads may be slow: records never
 * change, so a chain up to a head that was read once is the same whenever it is read.
 */
@Component
class Export {

    private static final int CHAINS = 500;
    private static final int RECORDS = 1000;
    private static final int CHECKPOINTS = 20;
    private static final int RETIREMENTS = 20;

    private final Audit audit;
    private final CheckpointTable checkpoints;
    private final RetirementTable retirements;
    private final SigningKeys keys;
    private final Ids ids;
    private final Clock clock;

    Export(
            Audit audit,
            CheckpointTable checkpoints,
            RetirementTable retirements,
            SigningKeys keys,
            Ids ids,
            Clock clock) {
        this.audit = audit;
        this.checkpoints = checkpoints;
        this.retirements = retirements;
        this.keys = keys;
        this.ids = ids;
        this.clock = clock;
    }

    /** Writes to the end, which is the trailer. */
    void write(String tenant, OutputStream out) throws IOException {
        new Writing(tenant, out).write();
    }

    /** One export. */
    private final class Writing {

        private final String tenant;
        private final OutputStream out;
        private final SigningKey key = keys.current();
        private final String export = ids.next().toString();
        private final Digest digest = new Digest();
        private long checkpointCount;
        private long retirementCount;
        private long chainCount;
        private long recordCount;

        Writing(String tenant, OutputStream out) {
            this.tenant = tenant;
            this.out = out;
        }

        void write() throws IOException {
            line(new Line.Header(Line.FORMAT, tenant, export, clock.instant().truncatedTo(ChronoUnit.MICROS)));
            writeCheckpoints();
            writeRetirements();
            writeChains();
            var trailer = new Line.Trailer(export, checkpointCount, chainCount, recordCount, digest.hexadecimal());
            out.write(bytes(new Line.SignedTrailer(key.sign(Line.Trailer.TYPE, Json.bytes(trailer)))));
        }

        /** Only those that are there now: a later one would name heads behind those that are read below. */
        private void writeCheckpoints() throws IOException {
            long last =
                    checkpoints.last(tenant).map(CheckpointTable.Row::number).orElse(0L);
            while (checkpointCount < last) {
                int limit = (int) Math.min(CHECKPOINTS, last - checkpointCount);
                List<CheckpointTable.Row> page = checkpoints.read(tenant, checkpointCount, limit);
                for (CheckpointTable.Row row : page) {
                    line(new Line.SignedCheckpoint(row.envelope()));
                }
                if (page.isEmpty()) {
                    return; // somebody removed some: who verifies will see it
                }
                checkpointCount = page.getLast().number();
            }
        }

        private void writeRetirements() throws IOException {
            long last = retirements.last(tenant);
            List<RetirementTable.Row> page = retirements.read(tenant, retirementCount, RETIREMENTS);
            while (retirementCount < last && !page.isEmpty()) {
                for (RetirementTable.Row row : page) {
                    line(new Line.SignedRetirement(row.envelope()));
                }
                retirementCount = page.getLast().number();
                page = retirements.read(tenant, retirementCount, RETIREMENTS);
            }
        }

        private void writeChains() throws IOException {
            @Nullable UUID after = null;
            List<ChainEnd> ends = audit.ends(tenant, after, CHAINS);
            while (!ends.isEmpty()) {
                List<ChainHead> heads = ends.stream().map(ChainEnd::head).toList();
                byte[] payload = Json.bytes(new Line.Heads(export, heads));
                line(new Line.SignedHeads(key.sign(Line.Heads.TYPE, payload)));
                for (ChainEnd end : ends) {
                    if (!isRetired(end)) {
                        writeRecords(end.head());
                    }
                }
                chainCount += ends.size();
                after = heads.getLast().chain();
                ends = audit.ends(tenant, after, CHAINS);
            }
        }

        /** By a statement that is in this export; records that are still there for a while might go while they are read. */
        private boolean isRetired(ChainEnd end) {
            return end.retirement() != null && end.retirement() <= retirementCount;
        }

        private void writeRecords(ChainHead head) throws IOException {
            long reached = 0;
            while (reached < head.seq()) {
                int limit = (int) Math.min(RECORDS, head.seq() - reached);
                List<AuditRecord> page = audit.read(head.chain(), reached, limit);
                if (page.isEmpty()) {
                    return;
                }
                for (AuditRecord record : page) {
                    line(RecordBody.of(record));
                }
                recordCount += page.size();
                reached = page.getLast().seq();
            }
        }

        private void line(Line line) throws IOException {
            byte[] bytes = bytes(line);
            digest.add(bytes);
            out.write(bytes);
        }

        private byte[] bytes(Line line) {
            byte[] json = Json.bytes(line);
            byte[] ended = java.util.Arrays.copyOf(json, json.length + 1);
            ended[json.length] = '\n';
            return ended;
        }
    }
}
