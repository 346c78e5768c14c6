package dev.caprock.session.sweep;

import dev.caprock.session.ResourceKind;
import dev.caprock.session.lifecycle.Installation;
import dev.caprock.workspace.OwnedKey;
import dev.caprock.workspace.Workspaces;
import java.time.Duration;
import java.util.List;

/** The keys that were made for sessions. Their secrets are known no more, so the proof is that no list holds them. */
record KeyAccount(Workspaces workspaces, String owner) implements Account {

    /** A call that makes one has long been given up by then. */
    private static final Duration LONGEST_CREATE = Duration.ofMinutes(2);

    @Override
    public ResourceKind kind() {
        return ResourceKind.CREDENTIAL;
    }

    @Override
    public String name() {
        return workspaces.account();
    }

    @Override
    public Duration longestCreate() {
        return LONGEST_CREATE;
    }

    @Override
    public List<Thing> things() {
        return workspaces.liveKeys(Installation.KEY_PREFIX, Installation.KEY_OWNER, owner).stream()
                .map(KeyAccount::thing)
                .toList();
    }

    private static Thing thing(OwnedKey key) {
        return new Thing(
                key.id(),
                key.tags().getOrDefault(Installation.KEY_SESSION, ""),
                key.name().substring(Installation.KEY_PREFIX.length()),
                key.createdAt());
    }

    @Override
    public boolean isThere(String id) {
        return things().stream().anyMatch(thing -> thing.id().equals(id));
    }

    @Override
    public void end(String id) {
        workspaces.revoke(id);
    }
}
