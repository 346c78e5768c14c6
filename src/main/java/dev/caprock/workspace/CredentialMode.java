package dev.caprock.workspace;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a sandbox is given to mount with. None is ever refreshed: a credential lives as long as its mount may. */
public enum CredentialMode {
    /** A token that is signed, without a call, from a key made for the session. */
    DERIVED_TOKEN("derived-token", Duration.ofHours(24), Needs.API_KEY, true, false),
    /** A key made for the session, as Mesa's guide for E2B has it. Mesa's CLI keeps it on the sandbox's disk. */
    SESSION_KEY("session-key", Duration.ofDays(365), Needs.API_KEY, true, false),
    /** A token that is signed, without a call, from the service's own key, as Mesa's guide for Vercel has it. */
    ACCESS_TOKEN("access-token", Duration.ofHours(24), Needs.API_KEY, false, false),
    /** A token signed by the organisation's private key, and a layout file that says what is mounted where. */
    LAYOUT("layout", Duration.ofHours(4), Needs.PRIVATE_KEY, false, true);

    /** In place of a mode: the first that works. */
    public static final String AUTO = "auto";

    /** What {@link #AUTO} tries, best first. What cannot be revoked though another way can is taken on request only. */
    static final List<CredentialMode> PREFERENCE = List.of(DERIVED_TOKEN, LAYOUT, SESSION_KEY);

    /** What a mode is made with. */
    public enum Needs {
        /** The service's API key; of scope admin where it makes further keys. */
        API_KEY,
        /** The organisation's private key. */
        PRIVATE_KEY
    }

    private final String text;
    private final Duration longestLife;
    private final Needs needs;
    private final boolean revocable;
    private final boolean perRepo;

    CredentialMode(String text, Duration longestLife, Needs needs, boolean revocable, boolean perRepo) {
        this.text = text;
        this.longestLife = longestLife;
        this.needs = needs;
        this.revocable = revocable;
        this.perRepo = perRepo;
    }

    /** The mode of this name, for example {@code derived-token}. */
    public static Optional<CredentialMode> named(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }

    /** The longest that a credential of this mode may live: the session, and the time to close it. */
    public Duration longestLife() {
        return longestLife;
    }

    public Needs needs() {
        return needs;
    }

    /**
     * Whether it can be ended before its time. Then a key stands behind it at Mesa, which leaks if its answer is lost;
     * otherwise making it leaves nothing anywhere.
     */
    public boolean revocable() {
        return revocable;
    }

    /** Whether one session may have repositories to read only beside others to write. */
    public boolean mixesRights() {
        return perRepo;
    }

    /**
     * Whether the mount makes the session's bookmark when it first opens a repository. Then nobody needs to make it before,
     * and without it afterwards nothing was touched.
     */
    public boolean branchesInMount() {
        return this == LAYOUT;
    }

    @Override
    public String toString() {
        return text;
    }
}
