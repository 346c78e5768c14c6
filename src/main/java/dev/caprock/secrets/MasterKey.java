package dev.caprock.secrets;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** The key of the service that wraps the data keys: AES-256-GCM. It stays in memory. */
@Component
class MasterKey {

    private final Aead aead;
    private final String id;

    MasterKey(SecretsSettings settings) throws GeneralSecurityException {
        AeadConfig.register();
        byte[] key = settings.masterKeyBytes();
        aead = new AesGcmJce(key);
        var digest = MessageDigest.getInstance("SHA-256");
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
        return TinkProtoKeysetFormat.parseEncryptedKeyset(wrapped, aead, associated(owner))
                .getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    private static byte[] associated(UUID owner) {
        return ("caprock data key of " + owner).getBytes(StandardCharsets.UTF_8);
    }
}
