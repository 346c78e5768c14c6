package dev.caprock.evidence;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.caprock.audit.ChainHead;
import java.time.Instant;
import java.util.List;

/**
 * A line of an export, in this order: a header; the tenant's checkpoints; what it has stated of retired chains; blocks of a signed line of heads and the records of
 * these chains, one chain after another; a signed trailer. Heads come before their records, so that who reads can tell at each
 * record whether it is the one that was signed.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Line.Header.class, name = "header"),
    @JsonSubTypes.Type(value = Line.SignedCheckpoint.class, name = "checkpoint"),
    @JsonSubTypes.Type(value = Line.SignedRetirement.class, name = "retirement"),
    @JsonSubTypes.Type(value = Line.SignedHeads.class, name = "heads"),
    @JsonSubTypes.Type(value = RecordBody.class, name = "record"),
    @JsonSubTypes.Type(value = Line.SignedTrailer.class, name = "trailer")
})
sealed interface Line
        permits Line.Header,
                Line.SignedCheckpoint,
                Line.SignedRetirement,
                Line.SignedHeads,
                RecordBody,
                Line.SignedTrailer {

    String FORMAT = "caprock-audit-export/1";

    /** @param export an id of this export, which everything signed in it names */
    record Header(String format, String tenant, String export, Instant at) implements Line {

        public Header {
            requireNonNull(format, "format");
            requireNonNull(tenant, "tenant");
            requireNonNull(export, "export");
            requireNonNull(at, "at");
        }
    }

    /** {@link Checkpoint} */
    record SignedCheckpoint(Envelope envelope) implements Line {

        public SignedCheckpoint {
            requireNonNull(envelope, "envelope");
        }
    }

    /** {@link Retirement} */
    record SignedRetirement(Envelope envelope) implements Line {

        public SignedRetirement {
            requireNonNull(envelope, "envelope");
        }
    }

    /** {@link Heads} */
    record SignedHeads(Envelope envelope) implements Line {

        public SignedHeads {
            requireNonNull(envelope, "envelope");
        }
    }

    /** {@link Trailer} */
    record SignedTrailer(Envelope envelope) implements Line {

        public SignedTrailer {
            requireNonNull(envelope, "envelope");
        }
    }

    /** @param heads where the chains end whose records follow, in their order */
    record Heads(String export, List<ChainHead> heads) {

        static final String TYPE = "application/vnd.caprock.audit-heads+json";

        public Heads {
            requireNonNull(export, "export");
            heads = List.copyOf(heads);
        }
    }

    /** @param digest SHA-256 of all bytes of the export before the trailer's line, in hexadecimal */
    record Trailer(String export, long checkpoints, long chains, long records, String digest) {

        static final String TYPE = "application/vnd.caprock.audit-trailer+json";

        public Trailer {
            requireNonNull(export, "export");
            requireNonNull(digest, "digest");
        }
    }
}
