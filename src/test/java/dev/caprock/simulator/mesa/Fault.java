package dev.caprock.simulator.mesa;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** One thing that goes wrong. It lasts until {@link #times} requests have met it or it is cleared. */
public final class Fault {
    private final BiPredicate<String, String> request;
    private FaultEffect effect = new FaultEffect.None();
    private int left = Integer.MAX_VALUE;

    Fault(BiPredicate<String, String> request) {
        this.request = request;
    }

    /** Only the next {@code count} matching requests meet the fault. */
    public synchronized Fault times(int count) {
        left = count;
        return this;
    }

    /** Nothing is done; the status and JSON body are answered. */
    public Fault answer(int status, String body) {
        return become(new FaultEffect.Answered(Answer.text(status, Answer.JSON, body)));
    }

    /** Nothing is done; 429 is answered, with {@code Retry-After} in whole seconds unless that is null. */
    public Fault tooManyRequests(@Nullable Duration retryAfter) {
        byte[] body =
                "{\"error\":{\"code\":\"RATE_LIMITED\",\"message\":\"slow down\"}}".getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers =
                retryAfter == null ? Map.of() : Map.of("Retry-After", String.valueOf(retryAfter.toSeconds()));
        return become(new FaultEffect.Answered(new Answer(429, Answer.JSON, body, headers)));
    }

    /** Nothing is done, yet success is answered: a revoke that left its key alive. */
    public Fault lie() {
        return become(new FaultEffect.Answered(Answer.success()));
    }

    /** The connection is dropped before anything is done. */
    public Fault drop() {
        return become(new FaultEffect.Dropped());
    }

    /** The request is done, then the connection is dropped: the answer is lost. */
    public Fault loseAnswer() {
        return become(new FaultEffect.Unanswered());
    }

    /** Requests wait at the gate before they are done. */
    public Gate hold() {
        Gate gate = new Gate();
        become(new FaultEffect.Held(gate));
        return gate;
    }

    /** Ends the fault; requests that it holds back go on. */
    public synchronized void clear() {
        left = 0;
        if (effect instanceof FaultEffect.Held held) {
            held.gate().open();
        }
    }

    synchronized FaultEffect take(String method, String path) {
        boolean idle = left <= 0 || effect instanceof FaultEffect.None;
        if (idle || !request.test(method, path)) {
            return new FaultEffect.None();
        }
        left--;
        return effect;
    }

    private synchronized Fault become(FaultEffect newEffect) {
        effect = newEffect;
        return this;
    }
}
