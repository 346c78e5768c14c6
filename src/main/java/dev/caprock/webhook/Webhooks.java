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

/** A tenant's endpoints and what is delivered to them. Another tenant's endpoint is not there. */
@Component
@Transactional
class Webhooks {

    /** How long the secret before a rotation signs too. */
    private static final Duration OVERLAP = Duration.ofDays(1);

    private static final Logger log = LoggerFactory.getLogger(Webhooks.class);

    private final EndpointTable endpoints;
    private final DeliveryTable deliveries;
    private final Secrets secrets;
    private final WebhookSettings settings;
    private final Audit audit;
    private final Ids ids;
    private final Clock clock;

    Webhooks(
            EndpointTable endpoints,
            DeliveryTable deliveries,
            Secrets secrets,
            WebhookSettings settings,
            Audit audit,
            Ids ids,
            Clock clock) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.secrets = secrets;
        this.settings = settings;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /** An endpoint with its new secret, which is told this once. */
    record WithSecret(Endpoint endpoint, String secret) {

        @Override
        public String toString() {
            return "WithSecret[endpoint=%s, secret=***]".formatted(endpoint.id());
        }
    }

    /** @param url is checked already, and so are the events */
    public WithSecret create(URI url, @Nullable List<String> events, @Nullable String description, Actor actor) {
        endpoints.lockTenant(actor.tenant());
        if (endpoints.of(actor.tenant()).size() >= settings.maximumEndpoints()) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "too_many_webhooks",
                    "There are %d webhooks already, which is the limit.".formatted(settings.maximumEndpoints()),
                    "Delete one that is not needed.");
        }
        Instant now = clock.instant();
        var endpoint = new Endpoint(ids.next(), url.toString(), description, events, now, null, null);
        endpoints.insert(endpoint, actor.tenant(), actor.subject());
        String secret = secrets.replace(endpoint.id());
        // Of the address only the host: the rest may be a secret.
        tell("webhook.create", endpoint.id(), "created", Map.of("host", url.getHost()), actor);
        return new WithSecret(endpoint, secret);
    }

    @Transactional(readOnly = true)
    public List<Endpoint> list(String tenant) {
        return endpoints.of(tenant);
    }

    @Transactional(readOnly = true)
    public Endpoint get(String tenant, UUID id) {
        return endpoints.find(tenant, id).orElseThrow(() -> Problem.notFound("webhook"));
    }

    /** What was not delivered by now never will be. */
    public void delete(UUID id, Actor actor) {
        lock(id, actor);
        endpoints.delete(id);
        secrets.forget(id);
        tell("webhook.delete", id, "deleted", null, actor);
    }

    /** Makes a new secret. The one before signs too for a day; one before that does no more. */
    public WithSecret rotate(UUID id, Actor actor) {
        Endpoint endpoint = lock(id, actor);
        String secret = secrets.replace(id);
        endpoints.previousUntil(id, clock.instant().plus(OVERLAP));
        tell("webhook.rotate-secret", id, "rotated", null, actor);
        return new WithSecret(endpoint, secret);
    }

    /** Adds a test to what is to be delivered, before all else. */
    public Delivery test(UUID id, Actor actor) {
        lockEnabled(id, actor);
        Instant now = clock.instant();
        UUID delivery = ids.next();
        deliveries.insertTest(delivery, id, Payload.ofTest(id, now), now);
        endpoints.wake(id);
        tell("webhook.test", id, "accepted", null, actor);
        return deliveries.find(id, delivery).orElseThrow();
    }

    /**
     * Deliveries to an endpoint, newest first.
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
        endpoints.wake(id);
        tell("webhook.replay", id, "accepted", Map.of("delivery", PublicId.DELIVERY.text(delivery)), actor);
        return deliveries.find(id, delivery).orElseThrow();
    }

    /** Sends all again that failed. How many. */
    public int replayFailed(UUID id, Actor actor) {
        lockEnabled(id, actor);
        int replayed = deliveries.replayFailed(id, clock.instant());
        endpoints.wake(id);
        tell("webhook.replay", id, "accepted", Map.of("deliveries", replayed), actor);
        return replayed;
    }

    private Endpoint lock(UUID id, Actor actor) {
        Endpoint endpoint = get(actor.tenant(), id);
        if (endpoints.lock(id).isEmpty()) {
            throw Problem.notFound("webhook");
        }
        return endpoint;
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
