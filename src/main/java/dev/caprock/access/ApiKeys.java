package dev.caprock.access;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.Chains;
import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Makes, lists, recognises and revokes API keys. They are looked up at each request, so what is revoked is so at once; a stream that it opened goes on. */
@Component
class ApiKeys {

    private final ApiKeyTable table;
    private final Audit audit;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    ApiKeys(ApiKeyTable table, Audit audit, Ids ids, Clock clock) {
        this.table = table;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * A new key, and its text, which is nowhere else.
     *
     * @param text secret
     */
    record Made(ApiKey key, ApiKeyText text) {}

    /** Makes a key in the tenant of the actor. */
    @Transactional
    public Made make(String name, Set<Scope> scopes, Instant expiresAt, Actor actor) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var text = ApiKeyText.make(ids.next(), random);
        var key = new ApiKey(text.id(), actor.tenant(), name, scopes, actor.subject(), now, expiresAt, null, null);
        table.insert(key, text.hash());
        record(now, actor, "api-key.create", key.id(), detail(key));
        return new Made(key, text);
    }

    /** Who has the key; throws {@link Refused} when nobody may use it. */
    Caller caller(String sent) {
        ApiKeyText text = ApiKeyText.parse(sent).orElseThrow(() -> Refused.invalid("This is not an API key of ours."));
        ApiKeyTable.Stored stored = table.stored(text.id())
                .filter(known -> text.hasHash(known.hash()))
                .orElseThrow(() -> Refused.invalid("The API key is not known."));
        if (stored.revoked()) {
            throw Refused.invalid("The API key was revoked.");
        }
        if (stored.expired()) {
            throw Refused.invalid("The API key has expired.");
        }
        if (stored.unnoted()) {
            table.used(stored.id());
        }
        return new Caller(stored.tenant(), "key:" + PublicId.API_KEY.text(stored.id()), stored.scopes());
    }

    Optional<ApiKey> find(String tenant, UUID id) {
        return table.find(tenant, id);
    }

    /** @param before only what is older than this one; null for the newest */
    List<ApiKey> page(String tenant, @Nullable UUID before, int limit) {
        return table.page(tenant, before, limit);
    }

    /** Revokes a key of the actor's tenant; again is no matter. False when there is no such key. */
    @Transactional
    public boolean revoke(UUID id, Actor actor) {
        if (table.revoke(actor.tenant(), id)) {
            record(clock.instant(), actor, "api-key.revoke", id, null);
            return true;
        }
        return find(actor.tenant(), id).isPresent();
    }

    private void record(Instant at, Actor actor, String action, UUID key, @Nullable Map<String, Object> detail) {
        audit.append(
                Chains.ofTenant(actor.tenant()), at, actor, action, PublicId.API_KEY.text(key), "succeeded", detail);
    }

    private static Map<String, Object> detail(ApiKey key) {
        return Map.of(
                "name",
                key.name(),
                "scopes",
                key.scopes().stream().map(Scope::text).sorted().toList(),
                "expiresAt",
                key.expiresAt().toString());
    }
}
