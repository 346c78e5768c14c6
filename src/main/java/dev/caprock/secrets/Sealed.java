package dev.caprock.secrets;

import java.util.UUID;

/** A secret as it is kept. {@link Vault#open(Sealed)} needs no database for it. */
public final class Sealed {

    private final UUID owner;
    private final String name;
    private final byte[] ciphertext;
    private final Vault.DataKey dataKey;

    Sealed(UUID owner, String name, byte[] ciphertext, Vault.DataKey dataKey) {
        this.owner = owner;
        this.name = name;
        this.ciphertext = ciphertext;
        this.dataKey = dataKey;
    }

    public UUID owner() {
        return owner;
    }

    public String name() {
        return name;
    }

    byte[] ciphertext() {
        return ciphertext;
    }

    Vault.DataKey dataKey() {
        return dataKey;
    }
}
