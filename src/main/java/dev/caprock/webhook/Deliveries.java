package dev.caprock.webhook;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.Chains;
import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.webhook.WebhookTable.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What is sent next, and what is recorded of it. */
@Component
@Transactional
class Deliveries {

    private static final Logger log = LoggerFactory.getLogger(Deliveries.class);

    /** A webhook that failed for longer was down, and gets at once what had to wait meanwhile. */
    private static final Duration DOWN = Duration.ofMinutes(2);

    private final DeliveryTable deliveries;
    private final WebhookTable webhooks;
    private final Audit audit;
    private final Ids ids;
    private final Clock clock;
    private final RandomGenerator random = RandomGenerator.getDefault();

    Deliveries(DeliveryTable deliveries, WebhookTable webhooks, Audit audit, Ids ids, Clock clock) {
        this.deliveries = deliveries;
        this.webhooks = webhooks;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /** Claims what is due. Nobody else sends it for a minute. */
    public List<Claimed> claim(int limit) {
        return deliveries.claim(clock.instant(), ids.next(), limit);
    }

    /** Records what became of an attempt. Nothing, when another has the claim by now, or the webhook was deleted. */
    public void record(Claimed claimed, Answer answer) {
        webhooks.lock(claimed.webhook()).ifPresent(standing -> {
            switch (answer) {
                case Answer.Accepted accepted -> accepted(claimed, standing, accepted);
                case Answer.Failed failed -> failed(claimed, standing, failed);
                case Answer.Gone gone -> gone(claimed, standing);
            }
        });
    }

    private void accepted(Claimed claimed, Standing standing, Answer.Accepted accepted) {
        Instant now = clock.instant();
        boolean ours = deliveries.over(claimed, Delivery.Status.DELIVERED, accepted.status(), null, now);
        Instant since = standing.failingSince();
        if (ours && since != null) {
            webhooks.recovered(claimed.webhook());
            if (Duration.between(since, now).compareTo(DOWN) > 0) {
                deliveries.allDue(claimed.webhook(), now);
            }
            log.info(
                    "webhook.recovered webhook={} failures={} since={}",
                    PublicId.WEBHOOK.text(claimed.webhook()),
                    standing.failures(),
                    since);
        }
    }

    private void failed(Claimed claimed, Standing standing, Answer.Failed failed) {
        Instant now = clock.instant();
        Instant again = now.plus(Backoff.pause(claimed.attempts(), failed.pause(), random.nextDouble()));
        if (!deliveries.again(claimed, failed.status(), failed.reason(), again)) {
            return;
        }
        if (!standing.restsAt(now)) { // those that were under way together fail as one
            int failures = standing.failures() + 1;
            webhooks.failed(
                    claimed.webhook(), now, now.plus(Backoff.pause(failures, failed.pause(), random.nextDouble())));
        }
        if (standing.failures() == 0) {
            log.info("webhook.failing webhook={} reason={}", PublicId.WEBHOOK.text(claimed.webhook()), failed.reason());
        }
    }

    private void gone(Claimed claimed, Standing standing) {
        Instant now = clock.instant();
        boolean ours = deliveries.over(
                claimed, Delivery.Status.FAILED, Answer.Gone.STATUS, "The receiver said that it is gone.", now);
        if (ours && standing.disabledAt() == null) {
            webhooks.disable(claimed.webhook(), now);
            String id = PublicId.WEBHOOK.text(claimed.webhook());
            log.info("webhook.disabled webhook={} answer={}", id, Answer.Gone.STATUS);
            var caprock = new Actor(standing.tenant(), "caprock", null, null);
            audit.append(Chains.ofTenant(standing.tenant()), now, caprock, "webhook.disable", id, "disabled", null);
        }
    }

    /** Ends what was tried for a day in vain, and what waits for a webhook that is gone. */
    public void giveUp() {
        int given = deliveries.giveUp(clock.instant());
        if (given > 0) {
            log.info("webhook.given-up deliveries={}", given);
        }
    }

    /** Removes some of what was over before then; 0 when there is nothing left. */
    public int remove(Duration age) {
        return deliveries.remove(clock.instant().minus(age));
    }
}
