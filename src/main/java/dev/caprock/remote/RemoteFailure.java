package dev.caprock.remote;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A call to a remote that did not end well, told apart by what the caller may conclude from it. */
public abstract sealed class RemoteFailure extends RuntimeException {

    private final String remote;
    private final String operation;
    private final int status;
    private final String code;
    private final String words;

    private RemoteFailure(
            String remote, String operation, int status, String code, String message, @Nullable Throwable cause) {
        super("%s: %s: %s".formatted(remote, operation, message), cause);
        this.remote = remote;
        this.operation = operation;
        this.status = status;
        this.code = code;
        this.words = message;
    }

    /** The same with other words, for example without a secret that the remote has quoted, and without its cause. */
    public RemoteFailure reworded(UnaryOperator<String> reword) {
        String message = reword.apply(words);
        String word = reword.apply(code);
        return switch (this) {
            case Rejected ignored -> new Rejected(remote, operation, status, word, message);
            case Busy busy -> new Busy(remote, operation, status, word, message, busy.retryAfter(), null);
            case Unknown ignored -> new Unknown(remote, operation, status, word, message, null);
        };
    }

    /** The remote's name, as in configuration and metrics, for example {@code mesa}. */
    public String remote() {
        return remote;
    }

    /** What was tried, for example {@code create sandbox}. */
    public String operation() {
        return operation;
    }

    /** The HTTP status, or 0 when no answer came. */
    public int status() {
        return status;
    }

    /** The remote's machine-readable word for it, or an empty string. */
    public String code() {
        return code;
    }

    /** It did not happen, and the same call never will. */
    public static final class Rejected extends RemoteFailure {

        public Rejected(String remote, String operation, int status, String code, String message) {
            super(remote, operation, status, code, message, null);
        }

        /** Whether the thing asked for is not there. */
        public boolean isAbsent() {
            return status() == 404;
        }

        /** Whether the account may not have it, by its plan, its quota or its key, whatever it is that was asked for. */
        public boolean concernsAccount() {
            return status() == 401 || status() == 402 || status() == 403;
        }
    }

    /** It did not happen, and may succeed later. */
    public static final class Busy extends RemoteFailure {

        private final @Nullable Duration retryAfter;

        public Busy(
                String remote,
                String operation,
                int status,
                String code,
                String message,
                @Nullable Duration retryAfter,
                @Nullable Throwable cause) {
            super(remote, operation, status, code, message, cause);
            this.retryAfter = retryAfter;
        }

        /** How long the remote asked us to wait; null when it did not say. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }

    /** It may or may not have happened: look before doing it again. */
    public static final class Unknown extends RemoteFailure {

        public Unknown(
                String remote, String operation, int status, String code, String message, @Nullable Throwable cause) {
            super(remote, operation, status, code, message, cause);
        }
    }
}
