package dev.caprock.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken for a place in a trace, and what is not. */
class TraceContextTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @ParameterizedTest
    @CsvSource({"00, false", "01, true", "02, false", "03, true"})
    void aValidParentIsRead(String flags, boolean sampled) {
        var read = read("00-%s-%s-%s".formatted(TRACE, SPAN, flags), null);

        assertThat(read).contains(new TraceContext(TRACE, SPAN, sampled, null));
        assertThat(read.orElseThrow().parent()).isEqualTo("00-%s-%s-%s".formatted(TRACE, SPAN, sampled ? "01" : "00"));
    }

    @Test
    void aParentOfALaterVersionIsReadAsFarAsItIsKnown() {
        assertThat(read("cc-%s-%s-01-more".formatted(TRACE, SPAN), null))
                .contains(new TraceContext(TRACE, SPAN, true, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
                "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01"
            })
    void anythingElseIsNone(String header) {
        assertThat(read(header, null)).isEmpty();
        assertThat(read(null, null)).isEmpty();
    }

    @Test
    void aStateIsKeptIfItIsValidAndNotTooLong() {
        assertThat(read(VALID, "one=1,two=2").orElseThrow().state()).isEqualTo("one=1,two=2");
        assertThat(read(VALID, "no state at all").orElseThrow().state()).isNull();
        assertThat(read(VALID, "long=" + "x".repeat(200) + ",b=" + "x".repeat(200) + ",c=" + "x".repeat(200))
                        .orElseThrow()
                        .state())
                .isNull();
    }

    @Test
    void whatIsNoPlaceCannotBeMade() {
        assertThatThrownBy(() -> new TraceContext("0".repeat(32), SPAN, true, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0".repeat(32));
    }

    @Test
    void whatWasMadeBeforeThereWereTracesHasAPlaceThatNobodyRecords() {
        var id = UUID.fromString("01a201a5-37c0-7fb2-8fb0-60ea6dcb6e1d");

        assertThat(TraceContext.unrecorded(id))
                .isEqualTo(new TraceContext("01a201a537c07fb28fb060ea6dcb6e1d", "8fb060ea6dcb6e1d", false, null))
                .isEqualTo(TraceContext.unrecorded(id));
    }

    @Test
    void aThreadIsWhereItWasPutUntilTheScopeIsClosed() {
        var place = new TraceContext(TRACE, SPAN, true, null);
        assertThat(TraceContext.current()).isEmpty();

        try (var there = place.enter()) {
            assertThat(TraceContext.current()).contains(place);
        }

        assertThat(TraceContext.current()).isEmpty();
    }

    private static Optional<TraceContext> read(@Nullable String parent, @Nullable String state) {
        Map<String, @Nullable String> headers = new HashMap<>();
        headers.put(TraceContext.PARENT, parent);
        headers.put(TraceContext.STATE, state);
        return TraceContext.read(headers::get);
    }
}
