package dev.caprock.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.id.PublicId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint as callers see it.
 *
 * @param events what it is told
 * @param failingSince since when no attempt has succeeded
 * @param secret only where it was just made
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record WebhookBody(
        String id,
        String url,
        @Nullable String description,
        List<String> events,
        String status,
        Instant createdAt,
        @Nullable Instant failingSince,
        @Nullable Instant disabledAt,
        @Nullable String secret) {

    static WebhookBody of(Endpoint endpoint) {
        return of(endpoint, null);
    }

    static WebhookBody of(Webhooks.WithSecret made) {
        return of(made.endpoint(), made.secret());
    }

    private static WebhookBody of(Endpoint endpoint, @Nullable String secret) {
        return new WebhookBody(
                PublicId.WEBHOOK.text(endpoint.id()),
                endpoint.url(),
                endpoint.description(),
                endpoint.events() == null ? EventType.texts() : endpoint.events(),
                endpoint.disabledAt() == null ? "enabled" : "disabled",
                endpoint.createdAt(),
                endpoint.failingSince(),
                endpoint.disabledAt(),
                secret);
    }

    @Override
    public String toString() {
        return "WebhookBody[id=%s, …]".formatted(id);
    }
}
