package dev.caprock.secrets;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.subtle.AesGcmJce;
import dev.caprock.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.UUID;

/** A key of the service that wraps data keys: AES-256-GCM. It stays in memory. */
final class MasterKey {

    static final int LENGTH = 32;

    private final Aead aead;
    private final String id;

    MasterKey(byte[] key) throws GeneralSecurityException {
        AeadConfig.register();
        aead = new AesGcmJce(key);
        var digest = Sha256.begin();
        digest.update("caprock master key id".getBytes(StandardCharsets.UTF_8));
        id = HexFormat.of().formatHex(digest.digest(key), 0, 8);
    }

    /** Tells master keys apart and says nothing about the key itself. */
    String id() {
        return id;
    }

    /** A fresh data key, wrapped for its owner. */
    byte[] newDataKey(UUID owner) throws GeneralSecurityException {
        var keys = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
        return TinkProtoKeysetFormat.serializeEncryptedKeyset(keys, aead, associated(owner));
    }

    Aead unwrap(UUID owner, byte[] wrapped) throws GeneralSecurityException {
        return dataKey(owner, wrapped).getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    /** The same data key, wrapped by this one in place of a former one. */
    byte[] rewrap(UUID owner, byte[] wrapped, MasterKey former) throws GeneralSecurityException {
        return TinkProtoKeysetFormat.serializeEncryptedKeyset(former.dataKey(owner, wrapped), aead, associated(owner));
    }

    private KeysetHandle dataKey(UUID owner, byte[] wrapped) throws GeneralSecurityException {
        return TinkProtoKeysetFormat.parseEncryptedKeyset(wrapped, aead, associated(owner));
    }

    private static byte[] associated(UUID owner) {
        return ("caprock data key of " + owner).getBytes(StandardCharsets.UTF_8);
    }
}
