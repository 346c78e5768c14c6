package dev.caprock.session.sweep;

import dev.caprock.sandbox.Provider;
import dev.caprock.session.ResourceKind;
import java.time.Duration;
import java.util.List;

/** The sandboxes of one provider. */
record SandboxAccount(Provider provider, String owner) implements Account {

    @Override
    public ResourceKind kind() {
        return ResourceKind.SANDBOX;
    }

    @Override
    public String name() {
        return provider.account();
    }

    @Override
    public Duration longestCreate() {
        return provider.createDeadline();
    }

    @Override
    public List<Thing> things() {
        return provider.owned(owner).stream()
                .map(sandbox -> new Thing(sandbox.id(), sandbox.session(), sandbox.attempt(), sandbox.createdAt()))
                .toList();
    }

    @Override
    public boolean isThere(String id) {
        return provider.get(id).isPresent();
    }

    @Override
    public void end(String id) {
        provider.destroy(id);
    }
}
