package dev.caprock.simulator.mesa;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What goes wrong with mounts; each switch holds for running and for later mounts. */
public final class MountFaults {
    private volatile @Nullable String refusal;
    private volatile Duration readyDelay = Duration.ZERO;
    private volatile @Nullable Duration life;
    private volatile boolean neverReady;
    private volatile boolean loseUnflushedOnKill;
    private volatile boolean ignoreTerm;
    private volatile @Nullable Gate flushGate;

    MountFaults() {}

    /** The command ends at once with this message and exit code 1; null lets it mount again. */
    public void failMounts(@Nullable String message) {
        refusal = message;
    }

    /** The tree becomes usable only this long after the daemon has started. */
    public void delayReady(Duration delay) {
        readyDelay = delay;
    }

    /** The daemon runs but its tree never appears. */
    public void neverReady(boolean on) {
        neverReady = on;
    }

    /** The daemon is killed this long after its start; null lets it live. */
    public void dieAfter(@Nullable Duration time) {
        life = time;
    }

    /** Edits are kept back until the flush at the end, so that SIGKILL surely loses them. */
    public void loseUnflushedOnKill(boolean on) {
        loseUnflushedOnKill = on;
    }

    /** SIGTERM does nothing, as if the last flush hung. */
    public void hangOnTerm(boolean on) {
        ignoreTerm = on;
    }

    /** The flush after SIGTERM waits at this gate. */
    public Gate holdFlush() {
        Gate gate = new Gate();
        flushGate = gate;
        return gate;
    }

    /** Everything works again; a flush that waits goes on. */
    public void clear() {
        refusal = null;
        readyDelay = Duration.ZERO;
        life = null;
        neverReady = false;
        loseUnflushedOnKill = false;
        ignoreTerm = false;
        Gate gate = flushGate;
        flushGate = null;
        if (gate != null) {
            gate.open();
        }
    }

    @Nullable
    String refusal() {
        return refusal;
    }

    /** Whether a daemon of that age shows its tree. */
    boolean ready(Duration age) {
        return !neverReady && age.compareTo(readyDelay) >= 0;
    }

    boolean dies(Duration age) {
        Duration most = life;
        return most != null && age.compareTo(most) >= 0;
    }

    boolean keepsEditsBack() {
        return loseUnflushedOnKill;
    }

    boolean ignoresTerm() {
        return ignoreTerm;
    }

    void passFlushGate() {
        Gate gate = flushGate;
        if (gate != null) {
            gate.pass();
        }
    }
}
