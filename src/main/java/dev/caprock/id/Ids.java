package dev.caprock.id;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then random bits. */
@Component
public class Ids {

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public Ids(Clock clock) {
        this.clock = clock;
    }

    public UUID next() {
        long high = clock.millis() << 16 | 0x7000 | random.nextInt(1 << 12);
        long low = random.nextLong() >>> 2 | 1L << 63;
        return new UUID(high, low);
    }
}
