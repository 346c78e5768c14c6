package dev.caprock.session.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.problem.Problem;
import dev.caprock.session.web.ReaderMeters.Cut;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadersTest {

    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final Readers readers = new Readers(() -> {}, new EventSettings(Duration.ofSeconds(1), 3, 2), metrics);

    @BeforeEach
    void open() {
        readers.start();
    }

    @Test
    void aTenantHasItsShareAndALeavingReaderMakesRoom() {
        Readers.Place first = readers.enter("acme");
        readers.enter("acme");

        refused("acme", "too_many_streams");
        Readers.Place other = readers.enter("other");
        refused("third", "too_many_readers");
        assertThat(present()).isEqualTo(3);

        first.close();
        other.close();
        readers.enter("acme").close();
        assertThat(present()).isEqualTo(1);
    }

    @Test
    void nobodyIsLetInOnceTheReplicaStops() {
        readers.stop();

        refused("acme", "too_many_readers");
        assertThat(present()).isZero();
    }

    @Test
    void whyAStreamEndedBeforeItsEndIsToldApart() {
        assertThat(Cut.of(new IOException("write", new SocketTimeoutException())))
                .isEqualTo(Cut.SLOW);
        assertThat(Cut.of(new IOException("Broken pipe"))).isEqualTo(Cut.GONE);

        readers.meters().cut(Cut.SLOW);
        readers.meters().sent(3);

        assertThat(metrics.get("caprock.readers.cut")
                        .tag("reason", "slow")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(metrics.get("caprock.readers.cut")
                        .tag("reason", "gone")
                        .counter()
                        .count())
                .isZero();
        assertThat(metrics.get("caprock.readers.events").counter().count()).isEqualTo(3);
    }

    private void refused(String tenant, String code) {
        assertThatThrownBy(() -> readers.enter(tenant))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    private double present() {
        return metrics.get("caprock.readers").gauge().value();
    }
}
