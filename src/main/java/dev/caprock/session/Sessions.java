package dev.caprock.session;

import static java.util.Objects.requireNonNull;

import dev.caprock.audit.Actor;
import dev.caprock.crypto.Sha256;
import dev.caprock.id.Ids;
import dev.caprock.secrets.Vault;
import dev.caprock.tenant.Budgets;
import dev.caprock.tenant.Tenants;
import dev.caprock.trace.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** All sessions: accepting, finding and closing them, and loading them for the loop. */
@Component
@Transactional(noRollbackFor = IllegalMove.class) // nothing changed then, and that it was refused is recorded
public class Sessions {

    private final SessionStore store;
    private final SessionQueue queue;
    private final Tenants tenants;
    private final Budgets budgets;
    private final Wakes wakes;
    private final Ceilings ceilings;
    private final Chronicle chronicle;
    private final Vault vault;
    private final Ids ids;
    private final JsonMapper json;

    Sessions(
            SessionStore store,
            SessionQueue queue,
            Tenants tenants,
            Budgets budgets,
            Wakes wakes,
            Ceilings ceilings,
            Chronicle chronicle,
            Vault vault,
            Ids ids,
            JsonMapper json) {
        this.store = store;
        this.queue = queue;
        this.tenants = tenants;
        this.budgets = budgets;
        this.wakes = wakes;
        this.ceilings = ceilings;
        this.chronicle = chronicle;
        this.vault = vault;
        this.ids = ids;
        this.json = json;
    }

    /**
     * Accepts a request: nothing outside is touched yet. The prompt and all secrets are stored sealed. All that is done for the session
     * belongs to the trace that this thread is in.
     *
     * @throws QueueFull when as many sessions of its tenant wait as may; then nothing is stored
     */
    public Session accept(NewSession request, String prompt, Map<String, String> secrets, Actor actor) {
        UUID id = ids.next();
        Instant now = wakes.open(id);
        requireRoom(request.tenant());
        var session = new Session(id, ids.next(), request, now);
        TraceContext.current().ifPresent(session::belongTo);
        seal(id, session.runs().getFirst(), prompt);
        store.saveAndFlush(session); // what reports the first events finds its tenant in this row
        vault.seal(id, SecretName.AGENT_SECRETS, json.writeValueAsBytes(secrets));
        if (!session.terms().inject().isEmpty()) {
            vault.seal(
                    id,
                    SecretName.INJECTED,
                    json.writeValueAsBytes(request.network().inject()));
        }
        chronicle.record(session, actor, now);
        return session;
    }

    private void requireRoom(String tenant) {
        Integer most = tenants.limits(tenant).maximumQueued();
        if (most != null) {
            queue.lockTenant(tenant);
            if (queue.queued(tenant) >= most) {
                throw new QueueFull(tenant, most);
            }
        }
    }

    /** Another tenant's session is not there. */
    @Transactional(readOnly = true)
    public Optional<Session> find(String tenant, UUID id) {
        return store.findById(id)
                .filter(session -> session.tenant().equals(tenant))
                .map(Sessions::loaded);
    }

    /**
     * Sessions of a tenant, newest first.
     *
     * @param before only those older than this one; null for the newest
     * @param filter further conditions
     */
    @Transactional(readOnly = true)
    public List<Session> page(String tenant, @Nullable UUID before, SessionFilter filter, int limit) {
        String status = filter.status() == null ? null : filter.status().name();
        String label = filter.label() == null ? null : json.writeValueAsString(filter.label());
        var page = store.page(tenant, before, status, filter.provider(), label, Limit.of(limit));
        page.forEach(Sessions::loaded);
        return page;
    }

    /**
     * Begins to close a session, from every state. One that is closing or closed keeps its outcome.
     *
     * @param hasten whether not to wait for the agent and the flush
     */
    public Optional<Session> close(String tenant, UUID id, boolean hasten, Actor actor) {
        return change(tenant, id, actor, "session.closed", (session, now) -> {
            if (session.status() != SessionStatus.CLOSED) {
                session.conclude(Cause.CANCELLED, null, now);
                if (hasten) {
                    session.hasten();
                }
            }
            return session;
        });
    }

    /**
     * Changes labels and end of a session that is not closing.
     *
     * @param meant whether a session of this version is the one that the caller means to change
     * @throws IllegalMove once closing is intended
     */
    public Optional<Amended> amend(String tenant, UUID id, Amendment amendment, LongPredicate meant, Actor actor) {
        return change(tenant, id, actor, "session.amended", (session, now) -> {
            Optional<Amended.Refused> refusal = session.refusal(amendment, ceilings, now);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            if (!meant.test(session.version())) {
                return new Amended.Outdated(session);
            }
            if (!isPaid(session, amendment.expiresAt())) {
                return new Amended.Refused(
                        "expiresAt", "budget_exceeded", "The tenant's budget has not enough left for that long.");
            }
            session.amend(amendment);
            return new Amended.Done(session);
        });
    }

    /** Whether what the session can take until then is reserved, or could be now. */
    private boolean isPaid(Session session, @Nullable Instant end) {
        if (end == null) {
            return true;
        }
        Duration open = Duration.between(requireNonNull(session.startedAt()), end);
        return budgets.extend(session.tenant(), session.id(), ceilings.mostSandboxTime(open));
    }

    /** Takes a further run. Empty when the tenant has no such session. */
    public Optional<Run> queueRun(String tenant, UUID id, String prompt, Actor actor) {
        return change(tenant, id, actor, "run.queued", (session, now) -> {
            Run run = session.queueRun(ids, now);
            seal(id, run, prompt);
            return run;
        });
    }

    /** Has a run end, and the session stay. Empty when the tenant has no such run. */
    public Optional<Run> cancelRun(String tenant, UUID id, UUID run, Actor actor) {
        return change(tenant, id, actor, "run.cancelled", (session, now) -> {
                    Optional<Run> found = session.runs().stream()
                            .filter(each -> each.id().equals(run))
                            .findFirst();
                    found.ifPresent(each -> session.cancelRun(each.id(), now));
                    return found;
                })
                .flatMap(found -> found);
    }

    /**
     * Records that something of a session was found outside that none of its resources explains, or that it was ended.
     *
     * @return its tenant; empty when there is no such session
     */
    public Optional<String> leftover(UUID id, ResourceKind kind, String externalId, boolean ended, Instant now) {
        return store.tenantOf(id).map(tenant -> {
            Optional<Instant> ignored = wakes.wake(id); // for its lock
            Session session = get(id);
            session.leftover(kind, externalId, ended);
            chronicle.record(session, Actor.service(tenant), now);
            return tenant;
        });
    }

    /** Once the session is closed nobody knows the prompt any more, but whoever has it can show that it was this one. */
    private void seal(UUID session, Run run, String prompt) {
        byte[] text = prompt.getBytes(StandardCharsets.UTF_8);
        vault.seal(session, SecretName.prompt(run.id()), text);
        run.prompted(Sha256.hexadecimal(text));
    }

    /** Changes a session under the lock of its place. One that is closed has none, and must not change. */
    private <T> Optional<T> change(
            String tenant, UUID id, Actor actor, String action, BiFunction<Session, Instant, T> change) {
        if (!store.tenantOf(id).filter(tenant::equals).isPresent()) {
            return Optional.empty();
        }
        Optional<Instant> now = wakes.wake(id);
        Session session = get(id); // loaded only now: the lock that wake took may have waited for another's change
        T result;
        try {
            result = change.apply(session, now.orElseGet(session::createdAt));
        } catch (IllegalMove refused) {
            chronicle.refused(session, actor, action, refused, now.orElseGet(store::now));
            throw refused;
        }
        now.ifPresent(time -> chronicle.record(session, actor, time));
        return Optional.of(result);
    }

    /** A session that is known to exist, with its runs and resources. */
    public Session get(UUID id) {
        return loaded(store.findById(id).orElseThrow());
    }

    /** The session that a run belongs to. */
    public UUID ofRun(UUID run) {
        return store.ofRun(run).orElseThrow();
    }

    private static Session loaded(Session session) {
        int ignored = session.runs().size() + session.resources().size();
        return session;
    }
}
