package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TicketsTest {

    private final UUID first = new UUID(0, 1);
    private final UUID second = new UUID(0, 2);
    private Instant now = Instant.parse("2026-11-21T10:00:00Z");
    private final Tickets tickets = new Tickets(new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    });

    @Test
    void onePlaceIsGivenToOneSession() {
        assertThat(tickets.take("e2b", first, 1)).isTrue();
        assertThat(tickets.take("e2b", second, 1)).isFalse();
        assertThat(tickets.take("vercel", second, 1)).isTrue();
    }

    @Test
    void whoHasAPlaceKeepsIt() {
        tickets.take("e2b", first, 1);

        assertThat(tickets.take("e2b", first, 1)).isTrue();
    }

    @Test
    void aPlaceIsFreeAgainWhenItsCreateIsOnItsWay() {
        tickets.take("e2b", first, 1);
        tickets.used(first);

        assertThat(tickets.take("e2b", second, 1)).isTrue();
    }

    @Test
    void aPlaceThatIsNotUsedIsNotKeptForEver() {
        tickets.take("e2b", first, 1);
        now = now.plus(Duration.ofSeconds(10));

        assertThat(tickets.take("e2b", second, 1)).isTrue();
    }
}
