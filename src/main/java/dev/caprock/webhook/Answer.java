package dev.caprock.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of one attempt to deliver. Of what a receiver says nothing but the status is kept. */
sealed interface Answer {

    /** The receiver has it. */
    record Accepted(int status) implements Answer {}

    /** The receiver wants nothing more, ever. */
    record Gone() implements Answer {
        static final int STATUS = 410;
    }

    /**
     * The receiver does not have it, or may have it and did not say so.
     *
     * @param status null where no answer came
     * @param reason for a person, in our words
     * @param pause how long the receiver asks not to be tried again; null where it does not
     */
    record Failed(
            @Nullable Integer status,
            String reason,
            @Nullable Duration pause) implements Answer {}
}
