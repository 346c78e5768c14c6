package dev.caprock.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.id.PublicId;
import dev.caprock.idempotency.Idempotency;
import dev.caprock.idempotency.Once;
import dev.caprock.problem.PageSize;
import dev.caprock.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The API keys of the caller's own tenant, over REST. Who gets here may do everything there, so any scope may be given. */
@RestController
@RequestMapping("/v1/api-keys")
class ApiKeyController {

    private final ApiKeys keys;
    private final Idempotency idempotency;
    private final Callers callers;
    private final RequestActors actors;
    private final AccessSettings settings;
    private final Clock clock;

    ApiKeyController(
            ApiKeys keys,
            Idempotency idempotency,
            Callers callers,
            RequestActors actors,
            AccessSettings settings,
            Clock clock) {
        this.keys = keys;
        this.idempotency = idempotency;
        this.callers = callers;
        this.actors = actors;
        this.settings = settings;
        this.clock = clock;
    }

    /** A page of keys, newest first; {@code nextCursor} is null on the last. */
    record Page(List<ApiKeyBody> apiKeys, @Nullable String nextCursor) {}

    /**
     * A key as callers see it.
     *
     * @param key the key itself, in the answer that makes it and never again
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ApiKeyBody(
            String id,
            String name,
            List<String> scopes,
            String createdBy,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant revokedAt,
            @Nullable Instant lastUsedAt,
            @Nullable String key) {

        static ApiKeyBody of(ApiKey key, @Nullable ApiKeyText text) {
            return new ApiKeyBody(
                    PublicId.API_KEY.text(key.id()),
                    key.name(),
                    key.scopes().stream().sorted().map(Scope::text).toList(),
                    key.createdBy(),
                    key.createdAt(),
                    key.expiresAt(),
                    key.revokedAt(),
                    key.lastUsedAt(),
                    text == null ? null : text.text());
        }

        @Override
        public String toString() {
            return "ApiKeyBody[id=%s]".formatted(id);
        }
    }

    @PostMapping
    ResponseEntity<ApiKeyBody> create(@RequestBody CreateApiKey body, HttpServletRequest request) {
        String tenant = callers.current().tenant();
        Once<ApiKeys.Made> once = idempotency.once(
                request,
                tenant,
                body,
                () -> body.check(settings.apiKeys(), clock.instant()),
                asked -> keys.make(asked.name(), asked.scopes(), asked.expiresAt(), actors.of(request)),
                made -> made.key().id());
        ApiKeyBody answer = once.orAsItIsNow(
                made -> ApiKeyBody.of(made.key(), made.text()), id -> ApiKeyBody.of(find(tenant, id), null));
        return once.mark(ResponseEntity.created(URI.create("/v1/api-keys/" + answer.id())))
                .body(answer);
    }

    private ApiKey find(String tenant, UUID id) {
        return keys.find(tenant, id).orElseThrow(() -> Problem.notFound("API key"));
    }

    @GetMapping
    Page list(@RequestParam @Nullable String cursor, @RequestParam(defaultValue = "50") int limit) {
        PageSize.check(limit, 200);
        UUID before = cursor == null ? null : cursor(cursor);
        List<ApiKeyBody> found = keys.page(callers.current().tenant(), before, limit + 1).stream()
                .map(key -> ApiKeyBody.of(key, null))
                .toList();
        List<ApiKeyBody> page = found.stream().limit(limit).toList();
        return new Page(page, found.size() > limit ? page.getLast().id() : null);
    }

    @DeleteMapping("/{id}")
    ResponseEntity<Void> revoke(@PathVariable String id, HttpServletRequest request) {
        UUID key = PublicId.API_KEY.parse(id).orElseThrow(() -> Problem.notFound("API key"));
        if (!keys.revoke(key, actors.of(request))) {
            throw Problem.notFound("API key");
        }
        return ResponseEntity.noContent().build();
    }

    private static UUID cursor(String text) {
        return PublicId.API_KEY
                .parse(text)
                .orElseThrow(() -> Problem.invalid("/cursor", "Use the nextCursor of the page before."));
    }
}
