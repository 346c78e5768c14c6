package dev.caprock.session;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Something of a session that exists outside of Caprock and costs or leaks. Its row is older than the thing itself. Only
 * its {@link Session} moves it.
 */
@Entity
public class Resource {

    @Id
    private UUID id;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    private Session session;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "run_id")
    private @Nullable Run run;

    @Enumerated(EnumType.STRING)
    private ResourceKind kind;

    @Enumerated(EnumType.STRING)
    private ResourceState state;

    private @Nullable UUID attempt;
    private @Nullable String account;
    private @Nullable String externalId;
    private int attempts;
    private int step;
    private @Nullable Instant notBefore;
    private @Nullable Instant intentAt;
    private @Nullable Instant liveAt;
    private @Nullable Instant readyAt;
    private @Nullable Instant leaseUntil;
    private @Nullable Instant goneAt;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, Object> evidence;

    private @Nullable String lastError;

    @NullUnmarked
    protected Resource() {}

    Resource(UUID id, Session session, ResourceKind kind, @Nullable Run run) {
        this.id = id;
        this.session = session;
        this.kind = kind;
        this.run = run;
        this.state = ResourceState.ABSENT;
        this.evidence = Map.of();
    }

    public UUID id() {
        return id;
    }

    public ResourceKind kind() {
        return kind;
    }

    public ResourceState state() {
        return state;
    }

    public boolean is(ResourceState expected) {
        return state == expected;
    }

    /** The run whose process this is; null for every other kind. */
    public @Nullable Run run() {
        return run;
    }

    /** The tag of the latest attempt to make it, by which it can be found outside. */
    public UUID attempt() {
        return present(attempt, "attempt");
    }

    /** The account that made it; null until one was asked to. */
    public @Nullable String account() {
        return account;
    }

    public String externalId() {
        return present(externalId, "external id");
    }

    /** The id it has outside; null while there is none, or none that we know. */
    public @Nullable String externalIdOrNull() {
        return externalId;
    }

    /** How often the present step failed. */
    public int attempts() {
        return attempts;
    }

    /** How many phases of preparing were seen; only of a mount. */
    public int step() {
        return step;
    }

    /** The present step waits until then; null when it may go on now. */
    public @Nullable Instant notBefore() {
        return notBefore;
    }

    public boolean isDue(Instant now) {
        return notBefore == null || !now.isBefore(notBefore);
    }

    public Instant intentAt() {
        return present(intentAt, "intent time");
    }

    public @Nullable Instant intentAtOrNull() {
        return intentAt;
    }

    public @Nullable Instant liveAt() {
        return liveAt;
    }

    /** When the mount was prepared and started, before it was verified; null until then and for every other kind. */
    public @Nullable Instant readyAt() {
        return readyAt;
    }

    /** Until when the provider lets it live unless it is extended; null where nothing needs extending. */
    public @Nullable Instant leaseUntil() {
        return leaseUntil;
    }

    public @Nullable Instant goneAt() {
        return goneAt;
    }

    /** How long it was there, until now if it still is. */
    Duration lived(Instant now) {
        if (liveAt == null) {
            return Duration.ZERO;
        }
        Instant end = goneAt == null ? now : goneAt;
        if (leaseUntil != null && leaseUntil.isBefore(end)) {
            end = leaseUntil;
        }
        return end.isAfter(liveAt) ? Duration.between(liveAt, end) : Duration.ZERO;
    }

    /** What proves its present state. */
    public Map<String, Object> evidence() {
        return evidence;
    }

    public @Nullable String lastError() {
        return lastError;
    }

    /** Whether it has never been asked for, or is proved gone. */
    public boolean isOver() {
        return state == ResourceState.ABSENT || state == ResourceState.GONE;
    }

    void intended(UUID newAttempt, @Nullable String byAccount, Instant now) {
        state = ResourceState.INTENDED;
        attempt = newAttempt;
        account = byAccount;
        intentAt = now;
    }

    void live(@Nullable String outsideId, Instant now) {
        state = ResourceState.LIVE;
        externalId = outsideId;
        liveAt = now;
        stepDone();
    }

    void ready(Instant now) {
        readyAt = now;
        stepDone();
    }

    void leased(Instant until) {
        leaseUntil = until;
        stepDone();
    }

    void lost() {
        state = ResourceState.LOST;
        stepDone();
    }

    void stepped() {
        step++;
    }

    void restarted() {
        step = 0;
    }

    void absent(Instant retryAt, String error) {
        state = ResourceState.ABSENT;
        postponed(retryAt, error);
    }

    void gone(Instant now, Map<String, Object> proof) {
        state = ResourceState.GONE;
        goneAt = now;
        proven(proof);
        stepDone();
    }

    void proven(Map<String, Object> proof) {
        var all = new HashMap<>(evidence);
        all.putAll(proof);
        evidence = Map.copyOf(all);
    }

    void postponed(Instant until, String error) {
        attempts++;
        notBefore = until;
        lastError = error;
    }

    /** Another step begins: how the one before it failed no longer counts. */
    void stepDone() {
        attempts = 0;
        notBefore = null;
        lastError = null;
    }

    private <T> T present(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalStateException("resource %s (%s) has no %s".formatted(id, kind, name));
        }
        return value;
    }
}
