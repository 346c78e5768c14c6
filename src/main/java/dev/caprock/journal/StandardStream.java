package dev.caprock.journal;

import java.util.Locale;

/** Which of a run's two outputs; stored as its file descriptor. */
public enum StandardStream {
    STDOUT(1),
    STDERR(2);

    private final int descriptor;

    StandardStream(int descriptor) {
        this.descriptor = descriptor;
    }

    int descriptor() {
        return descriptor;
    }

    /** Its name in events: {@code stdout} or {@code stderr}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
