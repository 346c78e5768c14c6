package dev.caprock.secrets;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KmsClient;
import com.google.crypto.tink.KmsClients;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A key that a KMS keeps and that never leaves it. It wraps master keys. The client is whichever of Tink's is on the class path and
 * knows the URI, with the credentials that it finds by itself; none of them says how long a call may take, so we do.
 */
final class KmsKey {

    private static final byte[] ASSOCIATED = "caprock master key".getBytes(StandardCharsets.UTF_8);

    private final String uri;
    private final Duration timeout;

    KmsKey(String uri, Duration timeout) {
        this.uri = uri;
        this.timeout = timeout;
    }

    byte[] wrap(byte[] key) throws GeneralSecurityException {
        return call("wrap", () -> aead().encrypt(key, ASSOCIATED));
    }

    byte[] unwrap(byte[] wrapped) throws GeneralSecurityException {
        return call("unwrap", () -> aead().decrypt(wrapped, ASSOCIATED));
    }

    /** To make a client may take a call too: it looks for its credentials. */
    private Aead aead() throws GeneralSecurityException {
        KmsClient client = KmsClients.getAutoLoaded(uri);
        return client.withDefaultCredentials().getAead(uri);
    }

    private byte[] call(String what, Call call) throws GeneralSecurityException {
        var answer = new FutureTask<>(call::perform);
        Thread asking = Thread.ofPlatform().name("kms").daemon().start(answer); // inherits where classes are found
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            Throwable cause = Objects.requireNonNullElse(failure.getCause(), failure);
            throw failed(what, String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException late) {
            throw failed(what, "no answer within " + timeout, late);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw failed(what, "interrupted", stopped);
        } finally {
            asking.interrupt();
        }
    }

    private GeneralSecurityException failed(String what, String why, Throwable cause) {
        return new GeneralSecurityException(
                "the KMS key %s could not %s a master key: %s".formatted(uri, what, why), cause);
    }

    @FunctionalInterface
    private interface Call {
        byte[] perform() throws GeneralSecurityException;
    }
}
