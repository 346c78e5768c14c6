package dev.caprock.session;

/** When a session closes by itself. */
public enum CloseWhen {
    /** As soon as no run is left. */
    IDLE,
    /** At its {@code expiresAt}, staying open for further runs. */
    EXPIRED
}
