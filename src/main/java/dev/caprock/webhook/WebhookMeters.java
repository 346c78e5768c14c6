package dev.caprock.webhook;

import dev.caprock.metrics.Reading;
import dev.caprock.metrics.Readings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** What this replica sends to webhooks; and what the installation has still to send. */
@Component
class WebhookMeters {

    private final Counter accepted;
    private final Counter failed;
    private final Counter gone;
    private final Counter givenUp;

    WebhookMeters(DeliveryTable deliveries, Clock clock, Readings readings, MeterRegistry meters) {
        accepted = attempts(meters, "accepted");
        failed = attempts(meters, "failed");
        gone = attempts(meters, "gone");
        givenUp = Counter.builder("caprock.webhook.failures")
                .description("Deliveries that failed for good")
                .register(meters);
        Reading<DeliveryTable.Pending> pending = readings.of(deliveries::pending);
        Gauge.builder("caprock.webhook.pending", pending, read -> read.tell(DeliveryTable.Pending::number))
                .description("Deliveries that are still to be made")
                .register(meters);
        TimeGauge.builder(
                        "caprock.webhook.longest",
                        pending,
                        TimeUnit.MILLISECONDS,
                        read -> read.tell(its -> waited(its, clock)))
                .description("For how long the delivery has waited that has waited longest")
                .register(meters);
    }

    private static Counter attempts(MeterRegistry meters, String outcome) {
        return Counter.builder("caprock.webhook.attempts")
                .description("Attempts to deliver")
                .tag("outcome", outcome)
                .register(meters);
    }

    private static double waited(DeliveryTable.Pending pending, Clock clock) {
        return pending.since() == null
                ? 0
                : Math.max(0, Duration.between(pending.since(), clock.instant()).toMillis());
    }

    void attempted(Answer answer) {
        switch (answer) {
            case Answer.Accepted delivered -> accepted.increment();
            case Answer.Failed tried -> failed.increment();
            case Answer.Gone refused -> {
                gone.increment();
                givenUp.increment();
            }
        }
    }

    void givenUp(int deliveries) {
        givenUp.increment(deliveries);
    }
}
