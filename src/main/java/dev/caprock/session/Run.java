package dev.caprock.session;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** One agent invocation in a session: a prompt in, an exit code out. Only its {@link Session} moves it. */
@Entity
public class Run {

    @Id
    private UUID id;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    private Session session;

    private int number;

    @Column(name = "prompt_sha256")
    private @Nullable String promptSha256;

    @Enumerated(EnumType.STRING)
    private RunStatus status;

    @Enumerated(EnumType.STRING)
    private @Nullable StopReason stopReason;

    private @Nullable Integer exitCode;
    private @Nullable Integer signal;
    private @Nullable String conversation;
    private @Nullable String result;

    @JdbcTypeCode(SqlTypes.JSON)
    private @Nullable Map<String, Object> usage;

    @Column(updatable = false)
    private Instant createdAt;

    private @Nullable Instant startedAt;
    private @Nullable Instant firstOutputAt;
    private @Nullable Instant finishedAt;

    @NullUnmarked
    protected Run() {}

    Run(UUID id, Session session, int number, Instant now) {
        this.id = id;
        this.session = session;
        this.number = number;
        this.status = RunStatus.QUEUED;
        this.createdAt = now;
    }

    public UUID id() {
        return id;
    }

    /** Counts the session's runs from 1. */
    public int number() {
        return number;
    }

    /** SHA-256 of its prompt's UTF-8 in hexadecimal, kept when the prompt is forgotten; null for a run from before that. */
    public @Nullable String promptSha256() {
        return promptSha256;
    }

    void prompted(String sha256) {
        promptSha256 = sha256;
    }

    public RunStatus status() {
        return status;
    }

    /** Set when we decided to stop it; null when it ends by itself. */
    public @Nullable StopReason stopReason() {
        return stopReason;
    }

    /** As reported by the sandbox; null until it was read. */
    public @Nullable Integer exitCode() {
        return exitCode;
    }

    /** The signal that ended it; null when none did. */
    public @Nullable Integer signal() {
        return signal;
    }

    /** The agent's final message, if it speaks a known format. */
    public @Nullable String result() {
        return result;
    }

    public @Nullable Map<String, Object> usage() {
        return usage;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public @Nullable Instant startedAt() {
        return startedAt;
    }

    public @Nullable Instant firstOutputAt() {
        return firstOutputAt;
    }

    public @Nullable Instant finishedAt() {
        return finishedAt;
    }

    boolean isActive() {
        return status == RunStatus.STARTING || status == RunStatus.RUNNING;
    }

    void starting() {
        status = RunStatus.STARTING;
    }

    void running(Instant now) {
        status = RunStatus.RUNNING;
        startedAt = now;
    }

    /** Its process is gone, and it starts anew. */
    void again() {
        status = RunStatus.QUEUED;
        startedAt = null;
    }

    void stopping(StopReason reason) {
        if (stopReason == null) {
            stopReason = reason;
        }
    }

    void firstOutput(Instant now) {
        if (firstOutputAt == null) {
            firstOutputAt = now;
        }
    }

    void ended(RunStatus end, Instant now) {
        status = end;
        finishedAt = now;
    }

    void exited(int code, int killedBy, Instant now) {
        exitCode = code;
        signal = killedBy == 0 ? null : killedBy;
        ended(end(code), now);
    }

    private RunStatus end(int code) {
        return switch (stopReason) {
            case CLOSING, CANCELLED -> RunStatus.CANCELLED;
            case TIMED_OUT -> RunStatus.FAILED;
            case null -> code == 0 ? RunStatus.SUCCEEDED : RunStatus.FAILED;
        };
    }

    /** The conversation that it is part of, in the agent's own words; null for agents that have none. */
    public @Nullable String conversation() {
        return conversation;
    }

    void forgetConversation() {
        conversation = null;
    }

    void conversing(String id) {
        conversation = id;
    }

    /** An agent may say NUL, which PostgreSQL text cannot hold: the refusal would stop its follower again and again. */
    void reported(@Nullable String finalMessage, @Nullable Map<String, Object> reportedUsage) {
        result = finalMessage == null ? result : finalMessage.replace('\0', '\uFFFD');
        usage = reportedUsage == null ? usage : reportedUsage;
    }
}
