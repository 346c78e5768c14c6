package dev.caprock.webhook;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.Chains;
import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.secrets.Sealed;
import dev.caprock.webhook.WebhookTable.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
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

    private final ClaimTable claims;
    private final WebhookTable webhooks;
    private final Secrets secrets;
    private final Audit audit;
    private final Ids ids;
    private final Clock clock;
    private final RandomGenerator random = RandomGenerator.getDefault();

    Deliveries(ClaimTable claims, WebhookTable webhooks, Secrets secrets, Audit audit, Ids ids, Clock clock) {
        this.claims = claims;
        this.webhooks = webhooks;
        this.secrets = secrets;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /** Claims what is due. Nobody else sends it for a minute. */
    public List<Claimed> claim(int limit) {
        List<Claimed> claimed = claims.claim(clock.instant(), ids.next(), limit);
        Map<UUID, List<Sealed>> found =
                secrets.of(claimed.stream().map(Claimed::webhook).collect(Collectors.toSet()));
        return claimed.stream()
                .map(each -> each.with(found.getOrDefault(each.webhook(), List.of())))
                .toList();
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
        boolean ours = claims.over(claimed, Delivery.Status.DELIVERED, accepted.status(), null, now);
        Instant since = standing.failingSince();
        if (ours && since != null) {
            webhooks.recovered(claimed.webhook());
            if (Duration.between(since, now).compareTo(DOWN) > 0) {
                claims.allDue(claimed.webhook(), now);
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
        if (!claims.again(claimed, failed.status(), failed.reason(), again)) {
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
        boolean ours = claims.over(
                claimed, Delivery.Status.FAILED, Answer.Gone.STATUS, "The receiver said that it is gone.", now);
        if (ours && standing.disabledAt() == null) {
            webhooks.disable(claimed.webhook(), now);
            String id = PublicId.WEBHOOK.text(claimed.webhook());
            log.info("webhook.disabled webhook={} answer={}", id, Answer.Gone.STATUS);
            var caprock = new Actor(standing.tenant(), "caprock", null, null);
            audit.append(Chains.ofTenant(standing.tenant()), now, caprock, "webhook.disable", id, "disabled", null);
        }
    }
}
