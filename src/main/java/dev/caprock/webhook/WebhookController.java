package dev.caprock.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.access.Callers;
import dev.caprock.access.RequestActors;
import dev.caprock.id.PublicId;
import dev.caprock.idempotency.Idempotency;
import dev.caprock.idempotency.Once;
import dev.caprock.problem.PageSize;
import dev.caprock.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Webhooks over REST. */
@RestController
@RequestMapping("/v1/webhooks")
class WebhookController {

    private final Webhooks webhooks;
    private final Idempotency idempotency;
    private final Dispatcher dispatcher;
    private final Guard guard;
    private final Callers callers;
    private final RequestActors actors;

    WebhookController(
            Webhooks webhooks,
            Idempotency idempotency,
            Dispatcher dispatcher,
            Guard guard,
            Callers callers,
            RequestActors actors) {
        this.webhooks = webhooks;
        this.idempotency = idempotency;
        this.dispatcher = dispatcher;
        this.guard = guard;
        this.callers = callers;
        this.actors = actors;
    }

    /** All webhooks of a tenant: there are few. */
    record WebhookList(List<WebhookBody> webhooks) {}

    /** A page of deliveries; {@code nextCursor} is null on the last. */
    record Page(List<DeliveryBody> deliveries, @Nullable String nextCursor) {}

    /** @param replayed how many deliveries are sent again; left out where an earlier request did it: how many is not kept */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Replayed(@Nullable Integer replayed) {}

    @PostMapping
    ResponseEntity<WebhookBody> create(@RequestBody CreateWebhook body, HttpServletRequest request) {
        Once<Webhooks.WithSecret> once = idempotency.once(
                request,
                tenant(),
                body,
                () -> checked(body),
                asked -> webhooks.create(asked.url(), asked.events(), asked.description(), actors.of(request)),
                made -> made.webhook().id());
        WebhookBody answer = answer(once);
        return once.mark(ResponseEntity.created(URI.create("/v1/webhooks/" + answer.id())))
                .body(answer);
    }

    private CreateWebhook.Checked checked(CreateWebhook body) {
        CreateWebhook.Checked checked = body.check(guard);
        webhooks.checkRoom(tenant());
        checked.mustBeAllowed(guard);
        return checked;
    }

    private WebhookBody answer(Once<Webhooks.WithSecret> once) {
        return once.orAsItIsNow(WebhookBody::of, id -> WebhookBody.of(webhooks.get(tenant(), id)));
    }

    @GetMapping
    WebhookList list() {
        return new WebhookList(
                webhooks.list(tenant()).stream().map(WebhookBody::of).toList());
    }

    @GetMapping("/{id}")
    WebhookBody get(@PathVariable String id) {
        return WebhookBody.of(webhooks.get(tenant(), webhook(id)));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, HttpServletRequest request) {
        webhooks.delete(webhook(id), actors.of(request));
    }

    @PostMapping("/{id}/rotate-secret")
    ResponseEntity<WebhookBody> rotateSecret(@PathVariable String id, HttpServletRequest request) {
        Once<Webhooks.WithSecret> once = idempotency.once(
                request,
                tenant(),
                () -> webhooks.rotate(webhook(id), actors.of(request)),
                made -> made.webhook().id());
        return once.mark(ResponseEntity.ok()).body(answer(once));
    }

    @PostMapping("/{id}/test")
    ResponseEntity<DeliveryBody> test(@PathVariable String id, HttpServletRequest request) {
        return accepted(webhook(id), request, () -> webhooks.test(webhook(id), actors.of(request)));
    }

    @GetMapping("/{id}/deliveries")
    Page deliveries(
            @PathVariable String id,
            @RequestParam @Nullable String status,
            @RequestParam @Nullable String cursor,
            @RequestParam(defaultValue = "50") int limit) {
        PageSize.check(limit, 200);
        List<Delivery> found = webhooks.page(
                tenant(),
                webhook(id),
                status == null ? null : status(status),
                cursor == null ? null : cursor(cursor),
                limit + 1);
        List<DeliveryBody> page =
                found.stream().limit(limit).map(DeliveryBody::of).toList();
        return new Page(page, found.size() > limit ? page.getLast().id() : null);
    }

    @PostMapping("/{id}/deliveries/{delivery}/replay")
    ResponseEntity<DeliveryBody> replay(
            @PathVariable String id, @PathVariable String delivery, HttpServletRequest request) {
        UUID which = PublicId.DELIVERY.parse(delivery).orElseThrow(() -> Problem.notFound("delivery"));
        return accepted(webhook(id), request, () -> webhooks.replay(webhook(id), which, actors.of(request)));
    }

    private ResponseEntity<DeliveryBody> accepted(UUID webhook, HttpServletRequest request, Supplier<Delivery> effect) {
        Once<Delivery> once = idempotency.once(request, tenant(), effect, Delivery::id);
        dispatcher.wake();
        return once.mark(ResponseEntity.accepted())
                .body(DeliveryBody.of(
                        once.orAsItIsNow(Function.identity(), id -> webhooks.delivery(tenant(), webhook, id))));
    }

    @PostMapping("/{id}/deliveries/replay")
    ResponseEntity<Replayed> replayFailed(@PathVariable String id, HttpServletRequest request) {
        Once<Integer> once = idempotency.once(
                request, tenant(), () -> webhooks.replayFailed(webhook(id), actors.of(request)), count -> webhook(id));
        dispatcher.wake();
        return once.mark(ResponseEntity.accepted())
                .body(once.orAsItIsNow(Replayed::new, earlier -> new Replayed(null)));
    }

    private String tenant() {
        return callers.current().tenant();
    }

    private static UUID webhook(String text) {
        return PublicId.WEBHOOK.parse(text).orElseThrow(() -> Problem.notFound("webhook"));
    }

    private static Delivery.Status status(String text) {
        return Stream.of(Delivery.Status.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("/status", "Must be pending, delivered or failed."));
    }

    private static UUID cursor(String text) {
        return PublicId.DELIVERY
                .parse(text)
                .orElseThrow(() -> Problem.invalid("/cursor", "Use the nextCursor of the page before."));
    }
}
