package dev.caprock.session.sweep;

import dev.caprock.id.PublicId;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.lifecycle.Installation;
import dev.caprock.workspace.Workspaces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Looks through all accounts for what nothing explains, and ends it. */
@Component
class Sweep {

    private static final Logger log = LoggerFactory.getLogger(Sweep.class);

    private final Providers providers;
    private final Workspaces workspaces;
    private final Installation installation;
    private final Explanations explanations;
    private final Finds finds;
    private final SweepSettings settings;
    private final Swept swept;
    private final SweepMeters meters;
    private final Clock clock;

    Sweep(
            Providers providers,
            Workspaces workspaces,
            Installation installation,
            Explanations explanations,
            Finds finds,
            SweepSettings settings,
            Swept swept,
            SweepMeters meters,
            Clock clock) {
        this.providers = providers;
        this.workspaces = workspaces;
        this.installation = installation;
        this.explanations = explanations;
        this.finds = finds;
        this.settings = settings;
        this.swept = swept;
        this.meters = meters;
        this.clock = clock;
        for (String name : providers.names()) {
            meters.watch(Account.remoteOf(providers.named(name).account()), ResourceKind.SANDBOX);
        }
        if (workspaces.makesKeys()) {
            meters.watch(Account.remoteOf(workspaces.account()), ResourceKind.CREDENTIAL);
        }
    }

    /** Sweeps every account. One that does not answer is swept the next time. */
    void run() {
        for (Account account : accounts()) {
            swept.tried(account.remote());
            boolean done = run(account);
            if (done) {
                swept.done(account.remote());
            }
            meters.ended(account.remote(), done);
        }
    }

    private boolean run(Account account) {
        try {
            note(account);
            end(account);
            return true;
        } catch (RemoteFailure failure) {
            log.warn("sweep account={} could not be swept; it is tried again", account.name(), failure);
            return false;
        }
    }

    private List<Account> accounts() {
        var accounts = new ArrayList<Account>();
        for (String name : providers.names()) {
            accounts.add(new SandboxAccount(providers.named(name), installation.tag()));
        }
        if (workspaces.makesKeys()) {
            accounts.add(new KeyAccount(workspaces, installation.tag()));
        }
        return accounts;
    }

    private void note(Account account) {
        List<Thing> things = account.things();
        Explanations.Known known = explanations.of(account.kind()); // only after the list: rows are older than things
        Instant youngest = clock.instant().minus(age(account));
        things.stream()
                .filter(thing -> thing.createdAt().isBefore(youngest) && !known.explains(thing))
                .filter(thing -> account.isThere(thing.id())) // its session may have ended it since the list
                .forEach(thing -> finds.note(account, thing).ifPresent(find -> report(account, find, thing)));
    }

    private Duration age(Account account) {
        Duration create = account.longestCreate();
        return create.compareTo(settings.minimumAge()) > 0 ? create : settings.minimumAge();
    }

    private void report(Account account, Find find, Thing thing) {
        log.warn(
                "sweep.found kind={} account={} externalId={} session={} createdAt={}",
                find.kind().text(),
                find.account(),
                find.externalId(),
                find.session() == null ? null : PublicId.SESSION.text(find.session()),
                thing.createdAt());
        meters.found(account.remote(), find.kind());
    }

    /** Ends all that was found in an account; what asks for a pause gets one until the next sweep. */
    private void end(Account account) {
        for (Find find : finds.open(account)) {
            try {
                end(account, find);
            } catch (RemoteFailure failure) {
                finds.postponed(find, Objects.toString(failure.getMessage(), ""));
                if (failure instanceof RemoteFailure.Busy) {
                    throw failure;
                }
                log.warn("sweep externalId={} could not be ended; it stays listed", find.externalId(), failure);
            }
        }
    }

    private void end(Account account, Find find) {
        account.end(find.externalId());
        if (account.isThere(find.externalId())) {
            finds.postponed(find, "it is still there after it was ended");
            return;
        }
        finds.gone(find);
        log.info("sweep.ended kind={} account={} externalId={}", find.kind().text(), find.account(), find.externalId());
    }
}
