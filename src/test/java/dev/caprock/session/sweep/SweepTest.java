package dev.caprock.session.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.sandbox.Specification;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import dev.caprock.scenario.SeenEvent;
import dev.caprock.scenario.StartedSession;
import dev.caprock.session.lifecycle.Installation;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import dev.caprock.workspace.CredentialMode;
import dev.caprock.workspace.Credentials;
import dev.caprock.workspace.MountedRepo;
import dev.caprock.workspace.Workspaces;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.json.JsonMapper;

/** What nothing explains is ended and told; what is anybody else's, or a live session's, or young, is left alone. */
@ScenarioTest
class SweepTest {

    private static final Duration LATER = Duration.ofHours(1);

    @Autowired
    private Scenario scenario;

    @Autowired
    private Providers providers;

    @Autowired
    private Workspaces workspaces;

    @Autowired
    private Credentials credentials;

    @Autowired
    private Installation installation;

    @Autowired
    private Explanations explanations;

    @Autowired
    private Finds finds;

    @Autowired
    private SweepSettings settings;

    @Autowired
    private Audit audit;

    @Autowired
    private Leaks leaks;

    @Autowired
    private Swept swept;

    @Autowired
    private SweepMeters meters;

    @Autowired
    private MeterRegistry registry;

    private final Ids ids = new Ids(Clock.systemUTC());
    private String repo = "";

    @BeforeEach
    void aRepo() {
        repo = scenario.simulators().mesa().createRepo("swept-" + UUID.randomUUID(), Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"e2b", "vercel"})
    void aSandboxThatNothingExplainsIsDestroyed(String provider) {
        String sandbox = sandbox(provider, installation.tag(), new UUID(0, 1));
        double before = found(provider);

        sweep(LATER);

        assertThat(providers.named(provider).get(sandbox)).isEmpty();
        assertThat(row(sandbox)).isEqualTo("SANDBOX gone");
        assertThat(found(provider) - before).isEqualTo(1);
    }

    @Test
    void aKeyThatNothingExplainsIsRevoked() {
        String key = key(installation.tag());

        sweep(LATER);

        assertThat(liveKeys()).doesNotContain(key);
        assertThat(row(key)).isEqualTo("CREDENTIAL gone");
    }

    @Test
    void whatIsSomebodyElsesIsNeverTouched() {
        String other = PublicId.digits(UUID.randomUUID());
        List<String> theirs = Stream.of("e2b", "vercel")
                .map(provider -> sandbox(provider, other, new UUID(0, 1)))
                .toList();
        String key = key(other);

        sweep(LATER);

        assertThat(providers.named("e2b").get(theirs.getFirst())).isPresent();
        assertThat(providers.named("vercel").get(theirs.getLast())).isPresent();
        assertThat(liveKeys()).contains(key);
        providers.named("e2b").destroy(theirs.getFirst());
        providers.named("vercel").destroy(theirs.getLast());
    }

    @Test
    void whatIsYoungIsLeftAloneUntilItIsOlderThanTheLongestCreate() {
        String sandbox = sandbox("e2b", installation.tag(), new UUID(0, 1));
        String key = key(installation.tag());

        sweep(Duration.ZERO);
        sweep(settings.minimumAge().minusMinutes(1));

        assertThat(providers.named("e2b").get(sandbox)).isPresent();
        assertThat(liveKeys()).contains(key);
        sweep(settings.minimumAge().plusMinutes(1));
        assertThat(providers.named("e2b").get(sandbox)).isEmpty();
        assertThat(liveKeys()).doesNotContain(key);
    }

    @Test
    void whatALiveSessionExplainsIsLeftAlone() {
        var running = scenario.session().shell("echo here; sleep 60").start();
        running.awaitPrinted("here");
        var asking = asking();

        sweep(LATER);

        assertThat(scenario.simulators().e2b().ledger().live())
                .extracting(sandbox -> sandbox.metadata().get("caprock_session"))
                .contains(PublicId.digits(running.uuid()), PublicId.digits(asking.uuid()));
        assertThat(warnings(running)).isEmpty();
        running.delete("now");
        asking.delete("now");
        scenario.assertEndedClean(running);
    }

    /** Its create was done but not answered: only the attempt of its row says whose the sandbox is. */
    private StartedSession asking() {
        var faults = scenario.simulators().e2b().faults();
        faults.on(Operation.CREATE).then(Effect.gatewayTimeout().afterDoing());
        faults.on(Operation.LIST).times(3).then(Effect.error(500, "no list"));
        var session = scenario.session().shell("true").start();
        session.awaitEvent("session.warning");
        faults.clear();
        return session;
    }

    @Test
    void aSecondSandboxOfALiveSessionIsDestroyedAndTheSessionIsTold() {
        var session = scenario.session().shell("echo here; sleep 60").start();
        session.awaitPrinted("here");
        String second = sandbox("e2b", installation.tag(), session.uuid());

        sweep(LATER);

        assertThat(providers.named("e2b").get(second)).isEmpty();
        assertThat(warnings(session)).containsExactly("leftover_found");
        assertThat(audited(session)).contains("leftover.found " + second, "leftover.gone " + second);
        assertThat(session.body().path("status").stringValue()).isEqualTo("running");
        session.delete("now");
        scenario.assertEndedClean(session);
    }

    @Test
    void whatAClosedSessionLeftIsToldInItsAuditChainOnly() {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        String left = sandbox("vercel", installation.tag(), session.uuid());

        sweep(LATER);

        assertThat(audited(session)).contains("leftover.found " + left, "leftover.gone " + left);
        scenario.assertEndedClean(session); // its last event is still the last
    }

    @Test
    void whatCannotBeEndedStaysListedUntilItIs() {
        String sandbox = sandbox("e2b", installation.tag(), new UUID(0, 1));
        scenario.simulators().e2b().faults().on(Operation.KILL).untilCleared().then(Effect.error(403, "not yours"));

        sweep(LATER);
        sweep(LATER);

        assertThat(row(sandbox)).isEqualTo("SANDBOX open");
        assertThat(error(sandbox)).startsWith("2 attempts, ").contains("403");
        assertThat(leaks.count()).containsEntry(Leak.Type.UNEXPLAINED, 1L);
        scenario.simulators().e2b().faults().clear();
        sweep(LATER);
        assertThat(row(sandbox)).isEqualTo("SANDBOX gone");
        assertThat(leaks.count()).containsEntry(Leak.Type.UNEXPLAINED, 0L);
    }

    @Test
    void aKillThatDidNothingProvesNothing() {
        String sandbox = sandbox("e2b", installation.tag(), new UUID(0, 1));
        scenario.simulators().e2b().faults().on(Operation.KILL).then(Effect.lie());

        sweep(LATER);

        assertThat(row(sandbox)).isEqualTo("SANDBOX open");
        sweep(LATER);
        assertThat(row(sandbox)).isEqualTo("SANDBOX gone");
    }

    @Test
    void anAccountThatDoesNotAnswerHoldsUpNoOther() {
        String key = key(installation.tag());
        scenario.simulators().e2b().faults().on(Operation.LIST).untilCleared().then(Effect.error(500, "down"));
        double failed = runs("e2b", "failed");
        double done = runs("vercel", "done");
        sweptLongAgo();

        sweep(LATER);

        assertThat(liveKeys()).doesNotContain(key);
        assertThat(runs("e2b", "failed") - failed).isPositive();
        assertThat(runs("vercel", "done") - done).isPositive();
        assertThat(swept.ages().get("e2b")).isGreaterThan(3000);
        assertThat(swept.ages().get("vercel")).isLessThan(60);
    }

    private void sweptLongAgo() {
        int ignored = scenario.database()
                .sql("update swept set swept_at = swept_at - interval '1 hour'")
                .update();
    }

    private double runs(String remote, String outcome) {
        return registry.counter("caprock.sweep.runs", "remote", remote, "outcome", outcome)
                .count();
    }

    private double found(String remote) {
        return registry.counter("caprock.sweep.finds", "remote", remote, "kind", "sandbox")
                .count();
    }

    @Test
    void twoSweepsAtOnceFindAThingOnce() {
        String sandbox = sandbox("e2b", installation.tag(), new UUID(0, 1));
        double before = found("e2b");

        var sweeps = Stream.generate(() -> CompletableFuture.runAsync(() -> sweep(LATER)))
                .limit(4)
                .toList();

        sweeps.forEach(CompletableFuture::join);
        assertThat(row(sandbox)).isEqualTo("SANDBOX gone");
        assertThat(found("e2b") - before).isEqualTo(1);
    }

    @Test
    void theServiceSweepsByItself() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> scenario.database()
                        .sql(
                                "select count(*) from scheduled_tasks where task_name = 'sweep' and last_success is not null")
                        .query(Integer.class)
                        .single()
                        .equals(1));
    }

    // ---- what is there -------------------------------------------------------------------------------------------

    private String sandbox(String provider, String owner, UUID session) {
        Provider maker = providers.named(provider);
        String attempt = PublicId.digits(ids.next());
        return maker.create(new Specification(
                        owner, PublicId.digits(session), attempt, null, Duration.ofMinutes(10), null, Network.OPEN))
                .id();
    }

    private String key(String owner) {
        String name = Installation.KEY_PREFIX + PublicId.digits(ids.next());
        var tags = Map.of(Installation.KEY_OWNER, owner, Installation.KEY_SESSION, PublicId.digits(new UUID(0, 1)));
        var mounted = new MountedRepo(repo, "swept", false, "main", null, null);
        return credentials
                .mint(CredentialMode.SESSION_KEY, name, List.of(mounted), LATER, tags)
                .id();
    }

    private List<String> liveKeys() {
        return scenario.simulators().mesa().liveKeys().stream()
                .map(key -> key.id())
                .toList();
    }

    /** As if so much time had gone by, so that nothing is young. */
    private void sweep(Duration later) {
        new Sweep(
                        providers,
                        workspaces,
                        installation,
                        explanations,
                        finds,
                        settings,
                        swept,
                        meters,
                        Clock.offset(Clock.systemUTC(), later))
                .run();
    }

    private String row(String externalId) {
        return scenario.database()
                .sql(
                        "select kind || case when gone_at is null then ' open' else ' gone' end from find where external_id = ?")
                .param(externalId)
                .query(String.class)
                .single();
    }

    private String error(String externalId) {
        return scenario.database()
                .sql("select attempts || ' attempts, ' || last_error from find where external_id = ?")
                .param(externalId)
                .query(String.class)
                .single();
    }

    private static List<String> warnings(StartedSession session) {
        return session.events("session.warning").stream()
                .map((SeenEvent event) -> event.text("code"))
                .toList();
    }

    private List<String> audited(StartedSession session) {
        return audit.read(session.uuid(), 0, 200).stream()
                .filter(each -> each.action().startsWith("leftover."))
                .map(SweepTest::words)
                .toList();
    }

    private static String words(AuditRecord each) {
        var detail = JsonMapper.shared().readTree(each.detail());
        return each.action() + " " + detail.path("externalId").stringValue();
    }
}
