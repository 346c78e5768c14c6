package dev.caprock.evidence;

import dev.caprock.TestDatabase;
import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.Audits;
import dev.caprock.audit.Chains;
import dev.caprock.id.Ids;
import dev.caprock.secrets.Vaults;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** A tenant's chains in a database of its own: {@code A} and {@code B} of sessions, {@code C} begun after the last checkpoint. */
final class GivenAudit {

    static final String TENANT = "acme";
    static final UUID A = UUID.fromString("0199f0a0-0000-7000-8000-00000000000a");
    static final UUID B = UUID.fromString("0199f0a0-0000-7000-8000-00000000000b");
    static final UUID C = UUID.fromString("0199f0a0-0000-7000-8000-00000000000c");
    static final UUID YOUNGER = UUID.fromString("019b0000-0000-7000-8000-000000000001");
    static final UUID OF_OTHERS = UUID.fromString("0199f0a0-0000-7000-8000-00000000000d");

    private static final Instant AT = Instant.parse("2026-11-21T10:00:00.123456Z");

    final TestDatabase database = TestDatabase.fresh();
    final Audit audit = Audits.on(database.client());
    final CheckpointTable table = new CheckpointTable(database.client());
    final RetirementTable retirements = new RetirementTable(database.client());
    final SigningKeys keys;
    final Checkpoints checkpoints;
    private final Clock clock = Clock.fixed(AT, ZoneOffset.UTC);

    GivenAudit() {
        keys = keys(null, 1);
        checkpoints = new Checkpoints(audit, table, keys, database.transactions(), clock);
    }

    /** Six of A, a checkpoint, two more of A and three of B, a second checkpoint, and then one of A and two of C. */
    static GivenAudit filled() {
        return new GivenAudit().fill();
    }

    private GivenAudit fill() {
        append(TENANT, A, 6);
        append("other", OF_OTHERS, 2);
        checkpoints.make(TENANT);
        append(TENANT, A, 2);
        append(TENANT, B, 3);
        checkpoints.make(TENANT);
        append(TENANT, A, 1);
        append(TENANT, C, 2);
        return this;
    }

    /** The same in a partition of their month, beside a chain of the tenant, and one of a younger session. */
    static GivenAudit filledOfMonth() {
        var given = new GivenAudit();
        int ignored = given.database.client().sql("""
                        CREATE TABLE audit_2025_10 PARTITION OF audit
                        FOR VALUES FROM (first_id_at('2025-10-01T00:00Z')) TO (first_id_at('2025-11-01T00:00Z'))""").update();
        given.append(TENANT, Chains.ofTenant(TENANT), 2);
        given.append(TENANT, YOUNGER, 2);
        return given.fill();
    }

    /** What another replica, or the same one after a restart, would sign with. */
    SigningKeys keys(@Nullable String configured, int masterKey) {
        return new SigningKeys(
                new AuditSettings(configured, (Path) null, Duration.ofHours(1)),
                Vaults.on(database.client(), masterKey),
                database.client(),
                database.transactions(),
                Clock.fixed(AT, ZoneOffset.UTC));
    }

    void append(String tenant, UUID chain, int records) {
        var actor = new Actor(tenant, "ann", "req-1", "192.0.2.1");
        for (int i = 0; i < records; i++) {
            int number = i;
            database.inTransaction(
                    () -> audit.append(chain, AT, actor, "run.queued", "run_é\n", "done", Map.of("number", number)));
        }
    }

    List<String> export() {
        return export(keys);
    }

    List<String> export(SigningKeys signing) {
        var out = new ByteArrayOutputStream();
        try {
            new Export(audit, table, retirements, signing, new Ids(clock), clock).write(TENANT, out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** What the offline verifier says, with the keys that are published now. */
    String verify(List<String> export) {
        return verify(String.join("\n", export) + "\n", keys.trusted());
    }

    static String verify(String export, PublicKeys trusted) {
        try {
            var in = new ByteArrayInputStream(export.getBytes(StandardCharsets.UTF_8));
            return switch (ExportCheck.of(in, trusted)) {
                case ExportCheck.Result.Intact intact ->
                    intact(
                            intact.records(),
                            intact.chains(),
                            intact.last().number(),
                            intact.retired().chains());
                case ExportCheck.Result.Broken(long line, Finding finding) -> named(finding.text());
            };
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private Inspection inspection() {
        return new Inspection(audit, table, retirements, keys, new JdbcTransactionManager(database.dataSource()));
    }

    /** At some time after the sessions began, and were removed. */
    Retiring retiring(Instant now) {
        Clock later = Clock.fixed(now, ZoneOffset.UTC);
        return new Retiring(audit, checkpoints, inspection(), retirements, keys, database.transactions(), later);
    }

    /** What the service itself says, part by part. */
    String inspect(int limit) {
        var inspection = inspection();
        InspectionPlace place = InspectionPlace.START;
        long checkpointCount = 0;
        long chainCount = 0;
        long recordCount = 0;
        long retiredCount = 0;
        while (place != null) {
            Inspection.Part part = inspection.inspect(TENANT, place, limit);
            Finding broken = part.broken();
            if (broken != null) {
                return named(broken.text());
            }
            checkpointCount += part.checkpoints();
            chainCount += part.chains();
            recordCount += part.records();
            retiredCount += part.retired();
            InspectionPlace next = part.next();
            place = next == null ? null : InspectionPlace.parse(next.text()).orElseThrow();
        }
        return intact(recordCount, chainCount, checkpointCount, retiredCount);
    }

    private static String intact(long records, long chains, long checkpoints, long retired) {
        return "intact: %d records in %d chains, %d checkpoints%s"
                .formatted(records, chains, checkpoints, retired == 0 ? "" : ", %d retired".formatted(retired));
    }

    /** As somebody could who owns the database: past the triggers. */
    void tamper(String... statements) {
        database.transactions().executeWithoutResult(status -> {
            database.client()
                    .sql("SET LOCAL session_replication_role = replica")
                    .update();
            for (String statement : statements) {
                int ignored = database.client()
                        .sql(statement
                                .replace("$A", "'%s'".formatted(A))
                                .replace("$B", "'%s'".formatted(B))
                                .replace("$Y", "'%s'".formatted(YOUNGER)))
                        .update();
            }
        });
    }

    /** Changes a record and hashes it and all that follow anew, head included, as a forger does who knows how. */
    void hashAnew(UUID chain, long from) {
        String previous = from == 1
                ? "0".repeat(64)
                : audit.read(chain, from - 2, 1).getFirst().hash();
        AuditRecord last = null;
        for (AuditRecord old : audit.read(chain, from - 1, 1000)) {
            last = forged(old, previous).hashed();
            previous = last.hash();
            tamper(
                    "UPDATE audit SET subject = 'mallory', previous = decode('%s', 'hex'), hash = decode('%s', 'hex') WHERE chain = '%s' AND seq = %d"
                            .formatted(last.previous(), last.hash(), chain, last.seq()));
        }
        tamper("UPDATE audit_head SET hash = decode('%s', 'hex') WHERE chain = '%s'".formatted(previous, chain));
    }

    static AuditRecord forged(AuditRecord old, String previous) {
        var actor = new Actor(
                old.actor().tenant(),
                "mallory",
                old.actor().requestId(),
                old.actor().sourceAddress());
        return new AuditRecord(
                old.chain(),
                old.seq(),
                old.at(),
                actor,
                old.action(),
                old.target(),
                old.outcome(),
                old.detail(),
                previous,
                "");
    }

    private static String named(String text) {
        return text.replace(A.toString(), "A").replace(B.toString(), "B").replace(C.toString(), "C");
    }
}
