package dev.caprock.sandbox.attic;

import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.ProviderContract;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A provider keeps the contract, or it is none. */
class AtticContractTest extends ProviderContract {

    private final Attic attic = new Attic(List.of());
    private final Provider provider = new AtticProvider(attic);

    @AfterEach
    void close() {
        attic.close();
    }

    @Override
    protected Provider provider() {
        return provider;
    }

    @Override
    protected void makeNextCreate(Trouble trouble) {
        attic.trouble.set(trouble);
    }

    @Override
    protected void dropNextCommand() {
        attic.commandIsLost.set(true);
    }

    @Override
    protected Instant endOf(String id) {
        return attic.room(id).orElseThrow().end();
    }
}
