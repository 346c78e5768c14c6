package dev.caprock.session.sweep;

import dev.caprock.id.PublicId;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.lifecycle.Installation;
import dev.caprock.workspace.Workspaces;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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
    private final MeterRegistry metrics;
    private final Clock clock;

    Sweep(
            Providers providers,
            Workspaces workspaces,
            Installation installation,
            Explanations explanations,
            Finds finds,
            SweepSettings settings,
            MeterRegistry metrics,
            Clock clock) {
        this.providers = providers;
        this.workspaces = workspaces;
        this.installation = installation;
        this.explanations = explanations;
        this.finds = finds;
        this.settings = settings;
        this.metrics = metrics;
        this.clock = clock;
        Gauge.builder("caprock.sweep.owed", finds, Finds::owed)
                .description("Leftovers that are found and not proved gone")
                .register(metrics);
    }

    /** Sweeps every account. One that does not answer is swept the next time. */
    void run() {
        for (Account account : accounts()) {
            try {
                note(account);
                end(account);
            } catch (RemoteFailure failure) {
                log.warn("sweep account={} could not be swept; it is tried again", account.name(), failure);
            }
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
                .forEach(thing -> finds.note(account, thing).ifPresent(find -> report(find, thing)));
    }

    private Duration age(Account account) {
        Duration create = account.longestCreate();
        return create.compareTo(settings.minimumAge()) > 0 ? create : settings.minimumAge();
    }

    private void report(Find find, Thing thing) {
        log.warn(
                "sweep.found kind={} account={} externalId={} session={} createdAt={}",
                find.kind().text(),
                find.account(),
                find.externalId(),
                find.session() == null ? null : PublicId.SESSION.text(find.session()),
                thing.createdAt());
        metrics.counter("caprock.sweep.finds", "kind", find.kind().text(), "remote", remote(find))
                .increment();
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

    /** The account's part that names no one. */
    private static String remote(Find find) {
        int slash = find.account().indexOf('/');
        return slash < 0 ? find.account() : find.account().substring(0, slash);
    }
}
