package dev.caprock.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Pins the form: if one of these fails, every chain that was ever written is broken. */
class CanonicalTest {

    private static final UUID CHAIN = UUID.fromString("0199f0a0-0000-7000-8000-00000000000a");

    @Test
    void theFormIsAJsonArrayOfAllFieldsInOrder() {
        assertThat(Canonical.text(record(new Actor("acme", "ann", "req-1", "192.0.2.1"), "{\"ttl\":\"PT1H\"}")))
                .isEqualTo("""
                        ["0199f0a0-0000-7000-8000-00000000000a",1,"2026-11-21T10:00:00.120000Z","acme","ann",\
                        "session.create","ses_1","req-1","192.0.2.1","accepted","{\\"ttl\\":\\"PT1H\\"}"]""");
    }

    @Test
    void absentValuesAreNullAndTextIsEscapedAsInRfc8785() {
        var odd = new Actor("\b\t\n\f\r\u0001\u001f\u007f", "\"\\/é😀\u2028", null, null);

        assertThat(Canonical.text(record(odd, null)))
                .contains("\"\\b\\t\\n\\f\\r\\u0001\\u001f\u007f\",\"\\\"\\\\/é😀\u2028\"")
                .endsWith(",null,null,\"accepted\",null]");
    }

    @Test
    void theHashCoversThePreviousOneAndTheForm() {
        // Computed with another language: sha256 of 32 zero bytes and the text above.
        assertThat(Canonical.hash(record(new Actor("acme", "ann", "req-1", "192.0.2.1"), "{\"ttl\":\"PT1H\"}")))
                .isEqualTo("135fd717bd5ace0c1f08b2dbf7ff5f44ff9bc61e45836b0f58d28c01a71b0974");
    }

    private static AuditRecord record(Actor actor, @Nullable String detail) {
        return new AuditRecord(
                CHAIN,
                1,
                Instant.parse("2026-11-21T10:00:00.12Z"),
                actor,
                "session.create",
                "ses_1",
                "accepted",
                detail,
                Canonical.NOTHING_BEFORE,
                "");
    }
}
