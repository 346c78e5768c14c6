package dev.caprock.evidence;

import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.ChainHead;
import dev.caprock.audit.Verification;
import dev.caprock.audit.Walk;
import dev.caprock.evidence.CheckpointWalk.Link;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Verifies an export, line by line, with nothing but public keys. It keeps of checkpoints and retirements what they signed, and of
 * the rest one line.
 */
final class ExportCheck {

    /** A longer line is none of ours. */
    private static final int LONGEST_LINE = 16 * 1024 * 1024;

    private final PublicKeys keys;
    private final Digest digest = new Digest();

    /** What checkpoints signed and has not been met yet: of each chain, by seq. */
    private final Map<UUID, TreeMap<Long, Signed>> signed = new HashMap<>();

    private final Deque<ChainHead> next = new ArrayDeque<>();

    private Line.@Nullable Header header;
    private @Nullable CheckpointWalk checkpoints;
    private @Nullable RetirementWalk retirements;
    private @Nullable ChainHead chain;
    private @Nullable Walk walk;
    private boolean ended;
    private long lines;
    private long chains;
    private long retired;
    private long records;
    private long behind;

    private record Signed(String hash, long checkpoint) {}

    /** What came of it. */
    sealed interface Result {

        /**
         * @param chains how many there are with their records
         * @param retired what has no records any more, as statements say
         * @param behind how many records no checkpoint covers: only this export's own signature does
         * @param last the last checkpoint in it; whoever has a later one knows that something was cut off
         * @param signatures whether they were verified
         */
        record Intact(
                Line.Header header,
                long chains,
                Retired retired,
                long records,
                long behind,
                Link last,
                boolean signatures)
                implements Result {}

        /** @param upTo the latest month that is retired, in whole or in part; empty when none is */
        record Retired(long chains, String upTo) {}

        /** @param line where it was noticed, from 1 */
        record Broken(long line, Finding finding) implements Result {}
    }

    private ExportCheck(PublicKeys keys) {
        this.keys = keys;
    }

    static Result of(InputStream in, PublicKeys keys) throws IOException {
        return new ExportCheck(keys).run(in);
    }

    private Result run(InputStream in) throws IOException {
        for (byte[] line = read(in); line.length > 0; line = read(in)) {
            lines++;
            Finding broken = take(line);
            if (broken != null) {
                return new Result.Broken(lines, broken);
            }
        }
        if (!ended || header == null || checkpoints == null || retirements == null) {
            return new Result.Broken(lines + 1, cutOff());
        }
        return new Result.Intact(
                header,
                chains - retired,
                new Result.Retired(retired, retirements.upTo()),
                records,
                behind,
                checkpoints.reached(),
                keys.verify());
    }

    /** Names the record that would have come. */
    private Finding cutOff() {
        String reason = "the export is cut off after line %d".formatted(lines);
        if (walk != null && chain != null && walk.reached().seq() < chain.seq()) {
            return Finding.record(chain.chain(), walk.reached().seq() + 1, reason);
        }
        return next.isEmpty()
                ? Finding.part("trailer", reason)
                : Finding.record(next.getFirst().chain(), 1, reason);
    }

    private @Nullable Finding take(byte[] line) {
        if (ended) {
            return Finding.part("trailer", "something follows it");
        }
        if (line[line.length - 1] != '\n') {
            return Finding.part("line", "it is cut off");
        }
        Line read;
        try {
            read = Json.read(line, Line.class);
        } catch (JacksonException malformed) {
            return unreadable();
        }
        Finding broken = header == null ? first(read) : take(read, header);
        digest.add(line);
        return broken;
    }

    /** A line that is no line of an export stands where the next record should. */
    private Finding unreadable() {
        String reason = "line %d is no line of an export".formatted(lines);
        if (walk != null && chain != null && walk.reached().seq() < chain.seq()) {
            return Finding.record(chain.chain(), walk.reached().seq() + 1, reason);
        }
        return Finding.part("line", reason);
    }

    private @Nullable Finding first(Line line) {
        if (!(line instanceof Line.Header found) || !Line.FORMAT.equals(found.format())) {
            return Finding.part("header", "the first line is no header of " + Line.FORMAT);
        }
        header = found;
        checkpoints = new CheckpointWalk(keys, found.tenant(), Link.NONE);
        retirements = new RetirementWalk(keys, found.tenant());
        return null;
    }

    private @Nullable Finding take(Line line, Line.Header of) {
        return switch (line) {
            case Line.Header ignored -> Finding.part("header", "there is another one");
            case Line.SignedCheckpoint(Envelope envelope) -> checkpoint(envelope);
            case Line.SignedRetirement(Envelope envelope) -> retirement(envelope);
            case Line.SignedHeads(Envelope envelope) -> heads(envelope, of);
            case RecordBody body -> record(body);
            case Line.SignedTrailer(Envelope envelope) -> trailer(envelope, of);
        };
    }

    private @Nullable Finding checkpoint(Envelope envelope) {
        if (checkpoints == null || chain != null || !next.isEmpty()) {
            return Finding.part("line", "a checkpoint is among the records");
        }
        CheckpointWalk.Step step = checkpoints.step(envelope);
        Checkpoint checkpoint = step.checkpoint();
        if (checkpoint == null) {
            return step.broken();
        }
        for (ChainHead head : checkpoint.heads()) {
            var ofChain = signed.computeIfAbsent(head.chain(), fresh -> new TreeMap<>());
            ofChain.put(head.seq(), new Signed(head.hash(), checkpoint.number()));
        }
        return null;
    }

    private @Nullable Finding retirement(Envelope envelope) {
        return retirements == null || chain != null || !next.isEmpty()
                ? Finding.part("line", "a retirement is among the records")
                : retirements.step(envelope);
    }

    private @Nullable Finding heads(Envelope envelope, Line.Header of) {
        Finding broken = finishChains();
        if (broken != null) {
            return broken;
        }
        return switch (keys.open(envelope, Line.Heads.TYPE)) {
            case Opened.Refused(String reason) -> Finding.part("heads", reason);
            case Opened.Authentic(byte[] payload) -> {
                Line.Heads heads = parsed(payload, Line.Heads.class);
                if (heads == null || !heads.export().equals(of.export())) {
                    yield Finding.part("heads", "they are not of this export");
                }
                next.addAll(heads.heads());
                yield null;
            }
        };
    }

    private @Nullable Finding record(RecordBody body) {
        while (chain == null || !chain.chain().equals(body.chain())) {
            boolean more = !next.isEmpty();
            Finding broken = more ? beginChain() : finishChain();
            if (broken != null) {
                return broken;
            }
            if (!more) {
                return Finding.record(body.chain(), body.seq(), "no signed head names its chain here");
            }
        }
        AuditRecord record = body.read();
        if (walk == null || record == null) {
            return Finding.record(body.chain(), body.seq(), "the record is not written as records are");
        }
        if (walk.step(record) instanceof Verification.Broken(long seq, String reason)) {
            return Finding.record(body.chain(), seq, reason);
        }
        records++;
        return differing(record);
    }

    /** Whether another record was signed in its place. */
    private @Nullable Finding differing(AuditRecord record) {
        var ofChain = signed.get(record.chain());
        if (ofChain == null || ofChain.isEmpty()) {
            behind++;
            return null;
        }
        Signed expected = ofChain.remove(record.seq());
        if (expected == null || expected.hash().equals(record.hash())) {
            return null;
        }
        return Finding.record(
                record.chain(),
                record.seq(),
                "checkpoint %d signed another record here; this one, or one before it, was hashed anew"
                        .formatted(expected.checkpoint()));
    }

    /** The records of the chain before must be complete now. */
    private @Nullable Finding beginChain() {
        Finding broken = finishChain();
        chain = next.removeFirst();
        walk = new Walk(chain.head());
        chains++;
        return broken;
    }

    private @Nullable Finding finishChains() {
        Finding broken = null;
        while (broken == null && !next.isEmpty()) {
            broken = beginChain();
        }
        if (broken == null) {
            broken = finishChain();
        }
        chain = null;
        walk = null;
        return broken;
    }

    private @Nullable Finding finishChain() {
        if (chain == null || walk == null) {
            return null;
        }
        if (walk.reached().seq() == 0 && retirements != null && retirements.states(chain)) {
            return finishRetired(chain);
        }
        if (walk.end() instanceof Verification.Broken(long seq, String reason)) {
            return Finding.record(chain.chain(), seq, reason);
        }
        return missing(chain.chain(), chain.seq() + 1);
    }

    /** What was signed on the way to its end cannot be compared any more; the end itself was signed too, and is the same. */
    private @Nullable Finding finishRetired(ChainHead end) {
        var ofChain = signed.getOrDefault(end.chain(), new TreeMap<>());
        ofChain.headMap(end.seq()).clear();
        Signed last = ofChain.remove(end.seq());
        if (last == null || !last.hash().equals(end.hash())) {
            return Finding.record(
                    end.chain(),
                    end.seq(),
                    last == null
                            ? "it is the end of a retired chain, which no checkpoint signed"
                            : "checkpoint %d signed another record than the one at which the chain was retired"
                                    .formatted(last.checkpoint()));
        }
        retired++;
        return missing(end.chain(), end.seq() + 1);
    }

    private @Nullable Finding missing(UUID of, long first) {
        var ofChain = signed.remove(of);
        return ofChain == null || ofChain.isEmpty()
                ? null
                : Finding.record(
                        of,
                        first,
                        "the record is missing; checkpoint %d signed record %d"
                                .formatted(ofChain.firstEntry().getValue().checkpoint(), ofChain.firstKey()));
    }

    private @Nullable Finding trailer(Envelope envelope, Line.Header of) {
        Finding broken = finishChains();
        if (broken == null && !signed.isEmpty()) {
            broken = missing(signed.keySet().stream().sorted().findFirst().orElseThrow(), 1);
        }
        if (broken != null) {
            return broken;
        }
        ended = true;
        return switch (keys.open(envelope, Line.Trailer.TYPE)) {
            case Opened.Refused(String reason) -> Finding.part("trailer", reason);
            case Opened.Authentic(byte[] payload) -> differing(parsed(payload, Line.Trailer.class), of);
        };
    }

    private @Nullable Finding differing(Line.@Nullable Trailer trailer, Line.Header of) {
        if (trailer == null || !trailer.export().equals(of.export())) {
            return Finding.part("trailer", "it is not of this export");
        }
        if (checkpoints == null
                || trailer.checkpoints() != checkpoints.reached().number()) {
            return Finding.checkpoint(
                    checkpoints == null ? 1 : checkpoints.reached().number() + 1,
                    "the export had %d checkpoints".formatted(trailer.checkpoints()));
        }
        if (trailer.chains() != chains || trailer.records() != records) {
            return Finding.part(
                    "trailer", "the export had %d records in %d chains".formatted(trailer.records(), trailer.chains()));
        }
        return trailer.digest().equals(digest.hexadecimal())
                ? null
                : Finding.part("trailer", "the bytes before it are not those that were exported");
    }

    private static <T> @Nullable T parsed(byte[] payload, Class<T> type) {
        try {
            return Json.read(payload, type);
        } catch (JacksonException malformed) {
            return null;
        }
    }

    /** The next line with its end, as far as there is one; empty after the last. */
    private static byte[] read(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        int next = in.read();
        while (next >= 0) {
            line.write(next);
            if (next == '\n' || line.size() == LONGEST_LINE) {
                break;
            }
            next = in.read();
        }
        return line.toByteArray();
    }
}
