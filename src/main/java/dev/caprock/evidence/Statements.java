package dev.caprock.evidence;

import dev.caprock.audit.ChainHead;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** What was stated of retired chains, verified. Of the statements that it was asked for it remembers the last one. */
final class Statements {

    private final RetirementTable table;
    private final PublicKeys keys;
    private final String tenant;
    private long remembered;
    private Map<UUID, ChainHead> chains = Map.of();

    Statements(RetirementTable table, PublicKeys keys, String tenant) {
        this.table = table;
        this.keys = keys;
        this.tenant = tenant;
    }

    /** How a chain ended; null when no genuine statement of this number says so. */
    @Nullable
    ChainHead end(UUID chain, long number) {
        if (number != remembered) {
            chains = chains(number);
            remembered = number;
        }
        return chains.get(chain);
    }

    private Map<UUID, ChainHead> chains(long number) {
        var found = new HashMap<UUID, ChainHead>();
        for (RetirementTable.Row row : table.read(tenant, number - 1, 1)) {
            Retirement retirement = opened(row.envelope());
            if (retirement != null && retirement.tenant().equals(tenant) && retirement.number() == number) {
                retirement.chains().forEach(head -> found.put(head.chain(), head));
            }
        }
        return found;
    }

    private @Nullable Retirement opened(Envelope envelope) {
        return switch (keys.open(envelope, Retirement.TYPE)) {
            case Opened.Refused ignored -> null;
            case Opened.Authentic(byte[] payload) -> {
                try {
                    yield Json.read(payload, Retirement.class);
                } catch (JacksonException malformed) {
                    yield null;
                }
            }
        };
    }
}
