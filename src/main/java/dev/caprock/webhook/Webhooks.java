package dev.caprock.webhook;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.Chains;
import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.problem.Problem;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A tenant's webhooks and what is delivered to them. Another tenant's webhook is not there. */
@Component
@Transactional
class Webhooks {

    /** How long the secret before a rotation signs too. */
    private static final Duration OVERLAP = Duration.ofDays(1);

    private static final Logger log = LoggerFactory.getLogger(Webhooks.class);

    private final WebhookTable webhooks;
    private final DeliveryTable deliveries;
    private final Secrets secrets;
    private final WebhookSettings settings;
    private final Audit audit;
    private final Ids ids;
    private final Clock clock;

    Webhooks(
            WebhookTable webhooks,
            DeliveryTable deliveries,
            Secrets secrets,
            WebhookSettings settings,
            Audit audit,
            Ids ids,
            Clock clock) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.secrets = secrets;
        this.settings = settings;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /** A webhook with its new secret, which is told this once. */
    record WithSecret(Webhook webhook, String secret) {

        @Override
        public String toString() {
            return "WithSecret[webhook=%s, secret=***]".formatted(webhook.id());
        }
    }

    /** Refuses a tenant that has as many as it may have. */
    @Transactional(readOnly = true)
    public void checkRoom(String tenant) {
        if (webhooks.of(tenant).size() >= settings.maximumWebhooks()) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "too_many_webhooks",
                    "There are %d webhooks already, which is the limit.".formatted(settings.maximumWebhooks()),
                    "Delete one that is not needed.");
        }
    }

    /** @param url is checked already, and so are the events */
    public WithSecret create(URI url, @Nullable List<String> events, @Nullable String description, Actor actor) {
        webhooks.lockTenant(actor.tenant());
        checkRoom(actor.tenant());
        Instant now = clock.instant();
        var webhook = new Webhook(ids.next(), url.toString(), description, events, now, null, null);
        webhooks.insert(webhook, actor.tenant(), actor.subject());
        String secret = secrets.replace(webhook.id());
        // Of the address only the host: the rest may be a secret.
        tell("webhook.create", webhook.id(), "created", Map.of("host", url.getHost()), actor);
        return new WithSecret(webhook, secret);
    }

    @Transactional(readOnly = true)
    public List<Webhook> list(String tenant) {
        return webhooks.of(tenant);
    }

    @Transactional(readOnly = true)
    public Webhook get(String tenant, UUID id) {
        return webhooks.find(tenant, id).orElseThrow(() -> Problem.notFound("webhook"));
    }

    /** What was not delivered by now never will be. */
    public void delete(UUID id, Actor actor) {
        lock(id, actor);
        webhooks.delete(id, clock.instant());
        secrets.forget(id);
        tell("webhook.delete", id, "deleted", null, actor);
    }

    /** Makes a new secret. The one before signs too for a day; one before that does no more. */
    public WithSecret rotate(UUID id, Actor actor) {
        Webhook webhook = lock(id, actor);
        String secret = secrets.replace(id);
        webhooks.previousUntil(id, clock.instant().plus(OVERLAP));
        tell("webhook.rotate-secret", id, "rotated", null, actor);
        return new WithSecret(webhook, secret);
    }

    /** Adds a test to what is to be delivered, before all else. */
    public Delivery test(UUID id, Actor actor) {
        lockEnabled(id, actor);
        Instant now = clock.instant();
        UUID delivery = ids.next();
        deliveries.insertTest(delivery, id, Payload.ofTest(id, now), now);
        webhooks.wake(id);
        tell("webhook.test", id, "accepted", null, actor);
        return deliveries.find(id, delivery).orElseThrow();
    }

    /**
     * Deliveries to a webhook, newest first.
     *
     * @param status null for all
     * @param before only those older than this one; null for the newest
     */
    @Transactional(readOnly = true)
    public List<Delivery> page(
            String tenant, UUID id, Delivery.@Nullable Status status, @Nullable UUID before, int limit) {
        return deliveries.page(get(tenant, id).id(), status, before, limit);
    }

    @Transactional(readOnly = true)
    public Delivery delivery(String tenant, UUID id, UUID delivery) {
        return deliveries.find(get(tenant, id).id(), delivery).orElseThrow(() -> Problem.notFound("delivery"));
    }

    /** Sends one again that is over, for another day. One that is pending stays as it is. */
    public Delivery replay(UUID id, UUID delivery, Actor actor) {
        lockEnabled(id, actor);
        if (deliveries.find(id, delivery).isEmpty()) {
            throw Problem.notFound("delivery");
        }
        deliveries.replay(id, delivery, clock.instant());
        webhooks.wake(id);
        tell("webhook.replay", id, "accepted", Map.of("delivery", PublicId.DELIVERY.text(delivery)), actor);
        return deliveries.find(id, delivery).orElseThrow();
    }

    /** Sends all again that failed. How many. */
    public int replayFailed(UUID id, Actor actor) {
        lockEnabled(id, actor);
        int replayed = deliveries.replayFailed(id, clock.instant());
        webhooks.wake(id);
        tell("webhook.replay", id, "accepted", Map.of("deliveries", replayed), actor);
        return replayed;
    }

    private Webhook lock(UUID id, Actor actor) {
        Webhook webhook = get(actor.tenant(), id);
        if (webhooks.lock(id).isEmpty()) {
            throw Problem.notFound("webhook");
        }
        return webhook;
    }

    private void lockEnabled(UUID id, Actor actor) {
        if (lock(id, actor).disabledAt() != null) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "webhook_disabled",
                    "The receiver answered 410, so nothing is sent to it any more.",
                    "Create another webhook.");
        }
    }

    private void tell(String action, UUID id, String outcome, @Nullable Map<String, Object> detail, Actor actor) {
        String target = PublicId.WEBHOOK.text(id);
        log.info("{} webhook={}", action, target);
        audit.append(Chains.ofTenant(actor.tenant()), clock.instant(), actor, action, target, outcome, detail);
    }
}
