package dev.caprock.secrets;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KmsClient;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A KMS with a key for every URI of its own, found as those of vendors are. {@code …/down} refuses, {@code …/silent} never answers. */
public final class FakeKms implements KmsClient {

    static final AtomicInteger CALLS = new AtomicInteger();

    private static final String PREFIX = "fake-kms://";

    private final boolean hasCredentials;

    public FakeKms() {
        this(false);
    }

    private FakeKms(boolean hasCredentials) {
        this.hasCredentials = hasCredentials;
    }

    @Override
    public boolean doesSupport(String uri) {
        return uri.startsWith(PREFIX);
    }

    @Override
    public KmsClient withCredentials(@Nullable String path) {
        throw new UnsupportedOperationException("it finds them by itself");
    }

    @Override
    public KmsClient withDefaultCredentials() {
        return new FakeKms(true);
    }

    @Override
    public Aead getAead(String uri) throws GeneralSecurityException {
        if (!hasCredentials) {
            throw new GeneralSecurityException("no credentials");
        }
        Aead key = new AesGcmJce(MessageDigest.getInstance("SHA-256").digest(uri.getBytes(StandardCharsets.UTF_8)));
        return new Aead() {
            @Override
            public byte[] encrypt(byte[] text, byte[] associated) throws GeneralSecurityException {
                answer(uri);
                return key.encrypt(text, associated);
            }

            @Override
            public byte[] decrypt(byte[] text, byte[] associated) throws GeneralSecurityException {
                answer(uri);
                return key.decrypt(text, associated);
            }
        };
    }

    private static void answer(String uri) throws GeneralSecurityException {
        CALLS.incrementAndGet();
        if (uri.endsWith("/down")) {
            throw new GeneralSecurityException("access denied");
        }
        if (uri.endsWith("/silent")) {
            new Semaphore(0).acquireUninterruptibly();
        }
    }
}
