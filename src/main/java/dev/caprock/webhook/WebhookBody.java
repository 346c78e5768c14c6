package dev.caprock.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.id.PublicId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A webhook as callers see it.
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

    static WebhookBody of(Webhook webhook) {
        return of(webhook, null);
    }

    static WebhookBody of(Webhooks.WithSecret made) {
        return of(made.webhook(), made.secret());
    }

    private static WebhookBody of(Webhook webhook, @Nullable String secret) {
        return new WebhookBody(
                PublicId.WEBHOOK.text(webhook.id()),
                webhook.url(),
                webhook.description(),
                webhook.events() == null ? EventType.texts() : webhook.events(),
                webhook.disabledAt() == null ? "enabled" : "disabled",
                webhook.createdAt(),
                webhook.failingSince(),
                webhook.disabledAt(),
                secret);
    }

    @Override
    public String toString() {
        return "WebhookBody[id=%s, …]".formatted(id);
    }
}
