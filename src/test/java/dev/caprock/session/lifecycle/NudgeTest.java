package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class NudgeTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Nudge nudge = new Nudge();
    private final Place place = Place.session(new UUID(0, 1));
    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void aNudgeBeforeTheWaitIsNotLost() throws Exception {
        nudge.due();

        nudge.await(LONG);
    }

    @Test
    void aNudgeEndsTheWait() throws Exception {
        var waited = new FutureTask<>(() -> {
            nudge.await(LONG);
            return true;
        });
        Thread.ofVirtual().start(waited);

        nudge.due();

        assertThat(waited.get()).isTrue();
    }

    @Test
    void theHolderOfAWokenPlaceLooks() throws Exception {
        nudge.listen(new Claim(place, 1), looks::incrementAndGet);

        nudge.at(place);
        nudge.at(Place.run(place.id()));

        assertThat(looks).hasValue(1);
        nudge.await(LONG); // and so does the claimer
    }

    @Test
    void everyoneLooks() {
        nudge.listen(new Claim(place, 1), looks::incrementAndGet);
        nudge.listen(new Claim(Place.run(place.id()), 1), looks::incrementAndGet);

        nudge.everyone();

        assertThat(looks).hasValue(2);
    }

    @Test
    void whoHasLetGoLooksNoMore() {
        nudge.listen(new Claim(place, 1), looks::incrementAndGet);
        nudge.unlisten(new Claim(place, 1));

        nudge.at(place);

        assertThat(looks).hasValue(0);
    }

    @Test
    void lettingGoOfAnOlderClaimLeavesTheNewerAlone() {
        nudge.listen(new Claim(place, 2), looks::incrementAndGet);
        nudge.unlisten(new Claim(place, 1));

        nudge.at(place);

        assertThat(looks).hasValue(1);
    }
}
