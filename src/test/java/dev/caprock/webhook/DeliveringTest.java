package dev.caprock.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caprock.audit.Actor;
import dev.caprock.audit.Audit;
import dev.caprock.audit.AuditRecord;
import dev.caprock.audit.Chains;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Entry;
import dev.caprock.journal.Journal;
import dev.caprock.problem.Problem;
import dev.caprock.remote.TurnedClock;
import dev.caprock.secrets.Vault;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What is appended is delivered, in order, once if all goes well and at least once if not. Time is turned by hand. */
@SpringBootTest(
        classes = WebhookRooms.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "caprock.webhook.allow-http=true",
            "caprock.webhook.allowed-networks=127.0.0.1",
            "caprock.webhook.maximum-webhooks=3",
            "caprock.webhook.timeout=1s",
            "db-scheduler.enabled=false"
        })
@Timeout(60)
class DeliveringTest {

    private static final Entry WARNING =
            new Entry("session.warning", null, Map.of("code", "c", "message", "said by a sandbox"));

    @Autowired
    private WebhookMeters meters;

    @Autowired
    private MeterRegistry registry;

    @Autowired
    private DeliveryTable deliveryTable;

    @Autowired
    private Webhooks webhooks;

    @Autowired
    private Deliveries deliveries;

    @Autowired
    private WebhookTable table;

    @Autowired
    private GivingUp givingUp;

    @Autowired
    private Retention retention;

    @Autowired
    private Dispatcher dispatcher;

    @Autowired
    private Secrets secrets;

    @Autowired
    private Sender sender;

    @Autowired
    private WebhookSettings settings;

    @Autowired
    private Journal journal;

    @Autowired
    private Audit audit;

    @Autowired
    private Vault vault;

    @Autowired
    private TurnedClock clock;

    @Autowired
    private TransactionTemplate transactions;

    @Autowired
    private JdbcClient database;

    private final String tenant = "tenant-" + UUID.randomUUID();
    private final Actor ann = new Actor(tenant, "ann", null, null);
    private Receiver receiver = receiver();

    @BeforeEach
    void nothingIsLeft() {
        int ignored = database.sql("delete from webhook").update();
    }

    @AfterEach
    void close() {
        settle();
        receiver.close();
    }

    // ---- what is told --------------------------------------------------------------------------------------------

    @Test
    void whatIsAppendedIsDeliveredSignedAndThin() {
        var made = create();
        UUID session = session(tenant);
        UUID run = UUID.randomUUID();
        append(
                session,
                status("queued"),
                new Entry("run.output", run, Map.of("text", "x")),
                new Entry(
                        "run.finished", run, Map.of("status", "failed", "exitCode", 3, "reason", "said by an agent")));
        settle();

        assertThat(receiver.messages()).hasSize(2);
        assertThat(receiver.messages()).allMatch(message -> message.isSignedWith(made.secret()));
        assertThat(receiver.messages().getFirst().body())
                .isEqualTo(
                        "{\"type\":\"session.status\",\"timestamp\":\"%s\",\"data\":{\"sessionId\":\"%s\",\"seq\":1,\"status\":\"queued\"}}"
                                .formatted(clock.instant(), PublicId.SESSION.text(session)));
        assertThat(receiver.messages().getLast().body())
                .contains(
                        "\"runId\":\"" + PublicId.RUN.text(run), "\"seq\":3", "\"status\":\"failed\"", "\"exitCode\":3")
                .doesNotContain("said");
        assertThat(all(made)).allSatisfy(delivery -> {
            assertThat(delivery.status()).isEqualTo(Delivery.Status.DELIVERED);
            assertThat(delivery.attempts()).isEqualTo(1);
            assertThat(delivery.id().version()).isEqualTo(7);
        });
        assertThat(all(made))
                .extracting(each -> PublicId.DELIVERY.text(each.id()))
                .containsExactlyInAnyOrderElementsOf(ids());
    }

    @Test
    void whatIsRolledBackIsNotTold() {
        var made = create();
        UUID session = session(tenant);
        transactions.executeWithoutResult(status -> {
            journal.append(session, clock.instant(), List.of(status("queued")));
            status.setRollbackOnly();
        });
        settle();

        assertThat(all(made)).isEmpty();
        assertThat(receiver.messages()).isEmpty();
    }

    @Test
    void oneIsToldWhatOneAskedForAndNothingOfOtherTenants() {
        var some = webhooks.create(receiver.uri(), List.of("session.warning"), null, ann);
        var other = webhooks.create(receiver.uri(), null, null, new Actor("another", "eve", null, null));
        append(session(tenant), status("queued"), WARNING);
        append(session("a third"), status("queued"), WARNING);
        settle();

        assertThat(all(some)).extracting(Delivery::type).containsExactly("session.warning");
        assertThat(webhooks.page("another", other.webhook().id(), null, null, 10))
                .isEmpty();
        assertThat(receiver.messages()).hasSize(1);
    }

    @Test
    void anAppendDoesNotWaitForAWebhookThatIsBeingDeleted() throws Exception {
        var made = create();
        UUID id = made.webhook().id();
        UUID session = session(tenant);
        var deleted = new CountDownLatch(1);
        var appended = new CountDownLatch(1);
        Thread deleting = Thread.startVirtualThread(() -> transactions.executeWithoutResult(status -> {
            webhooks.delete(id, ann);
            deleted.countDown();
            wait(appended);
        }));
        deleted.await();

        append(session, status("queued"));
        appended.countDown();
        deleting.join();
        append(session, status("opening"));
        turn(Duration.ofDays(2));

        assertThat(journal.head(session)).isEqualTo(2);
        assertThat(receiver.messages()).isEmpty();
        assertThat(vault.holds(id)).isFalse();
        assertNotFound(() -> webhooks.get(tenant, id));
        assertNotFound(() -> webhooks.page(tenant, id, null, null, 10));
        assertNotFound(() -> webhooks.delete(id, ann));
        assertThat(webhooks.list(tenant)).isEmpty();
        assertThat(count("webhook_delivery")).isEqualTo(1); // that append knew nothing of the deletion yet

        retention.remove(Duration.ofDays(7));
        assertThat(count("webhook_delivery")).isZero();
        assertThat(count("webhook")).isZero();
    }

    /** What is under way when a webhook is deleted ends unrecorded. */
    @Test
    void anAnswerAfterTheDeletionChangesNothing() {
        var made = create();
        dispatcher.stop();
        append(session(tenant), status("queued"));
        Claimed claimed = deliveries.claim(10).getFirst();
        webhooks.delete(made.webhook().id(), ann);
        deliveries.record(claimed, new Answer.Gone());
        clock.turn(Duration.ofMinutes(2));
        assertThat(deliveries.claim(10)).isEmpty();
        dispatcher.start();
        turn(Duration.ZERO);

        assertThat(pending()).isEqualTo(1);
        assertThat(receiver.messages()).isEmpty();
        assertThat(actions()).containsExactly("webhook.create ann", "webhook.delete ann");
    }

    // ---- order and repetition ------------------------------------------------------------------------------------

    @Test
    void aReceiverThatWasDownForAnHourGetsAllInOrderAndNoStorm() {
        var made = create();
        receiver.answers(503);
        List<UUID> sessions = Stream.generate(() -> session(tenant)).limit(20).toList();
        for (int i = 0; i < 60; i++) { // a minute each, with new events all the time
            append(sessions.get(i % 20), status("s" + i), WARNING);
            settle();
            turn(Duration.ofMinutes(1));
        }
        int inVain = receiver.messages().size();
        assertThat(inVain).isBetween(4, 12); // of 120 deliveries
        assertThat(webhooks.get(tenant, made.webhook().id()).failingSince()).isNotNull();

        receiver.answers(204);
        turn(Duration.ofMinutes(75)); // the longest that it can rest by then
        List<Receiver.Message> told =
                receiver.messages().subList(inVain, receiver.messages().size());

        assertThat(told).hasSize(120).allMatch(message -> message.isSignedWith(made.secret()));
        assertThat(told.stream().map(Receiver.Message::id)).doesNotHaveDuplicates();
        assertInOrder(told);
        assertThat(webhooks.get(tenant, made.webhook().id()).failingSince()).isNull();
        assertThat(statuses(made)).containsOnly(Delivery.Status.DELIVERED);
    }

    @Test
    void aLaterEventWaitsForAnEarlierOneOfItsSessionOnly() {
        var made = create();
        receiver.answers((message, exchange) ->
                exchange.sendResponseHeaders(message.body().contains("poison") ? 500 : 204, -1));
        UUID stuck = session(tenant);
        append(stuck, status("poison"), status("after"));
        settle();
        append(session(tenant), status("elsewhere"));
        turn(Duration.ofSeconds(10)); // the webhook's rest after one failure

        assertThat(told()).contains("elsewhere").doesNotContain("after");
        assertThat(received("poison")).isGreaterThan(1);
        assertThat(statuses(made))
                .containsExactlyInAnyOrder(Delivery.Status.PENDING, Delivery.Status.PENDING, Delivery.Status.DELIVERED);

        for (int i = 0; i < 30; i++) {
            turn(Duration.ofHours(1));
        }
        assertThat(told()).endsWith("after"); // it was tried though its day was over with that of the poison
        assertThat(received("poison")).isBetween(10L, 25L);
        assertThat(statuses(made)).contains(Delivery.Status.FAILED);
    }

    @Test
    void aLostAnswerHasTheSameSentAgain() {
        create();
        receiver.answers((message, exchange) -> exchange.close());
        append(session(tenant), status("queued"));
        settle();
        receiver.answers(204);
        turn(Duration.ofSeconds(6));

        assertThat(receiver.messages()).hasSize(2);
        assertThat(ids().getFirst()).isEqualTo(ids().getLast());
        assertThat(receiver.messages().getFirst().body())
                .isEqualTo(receiver.messages().getLast().body());
        assertThat(receiver.messages().getFirst().header("webhook-timestamp"))
                .isNotEqualTo(receiver.messages().getLast().header("webhook-timestamp"));
    }

    @Test
    void whatAReplicaLeftBetweenSendingAndRecordingIsSentAgain() {
        var made = create();
        dispatcher.stop();
        append(session(tenant), status("queued"));
        Claimed claimed = deliveries.claim(10).getFirst();
        assertThat(sender.send(claimed, secrets.open(claimed))).isEqualTo(new Answer.Accepted(204));
        dispatcher.start(); // that replica died here

        turn(Duration.ofSeconds(59));
        assertThat(receiver.messages()).hasSize(1);
        turn(Duration.ofSeconds(2));
        assertThat(ids()).hasSize(2).containsOnly(PublicId.DELIVERY.text(claimed.id()));

        deliveries.record(claimed, new Answer.Failed(500, "late", null)); // and this is what it says, frozen until now
        assertThat(statuses(made)).containsOnly(Delivery.Status.DELIVERED);
    }

    /** Another may have it before we would be done. */
    @Test
    void whatIsHeldUpForLongAfterItWasClaimedIsNotSent() {
        create();
        var late = new TurnedClock();
        late.turn(Duration.between(late.instant(), clock.instant()).plusSeconds(31));
        var replica = new Dispatcher(deliveries, secrets, sender, settings, late, meters);
        dispatcher.stop();
        append(session(tenant), status("queued"));
        replica.start();
        replica.wake();
        await().until(replica::isIdle);
        replica.stop();

        assertThat(receiver.messages()).isEmpty();
        dispatcher.start();
        turn(Duration.ofSeconds(61));
        assertThat(told()).containsExactly("queued");
    }

    @Test
    void twoReplicasNeverSendTheSameAtOnceNorMoreThanALaneHolds() throws Exception {
        create();
        var replicas = List.of(dispatcher, another(), another());
        Set<String> underWay = ConcurrentHashMap.newKeySet();
        var most = new AtomicInteger();
        var twice = new AtomicInteger();
        receiver.answers((message, exchange) -> {
            if (!underWay.add(message.id())) {
                twice.incrementAndGet();
            }
            most.accumulateAndGet(underWay.size(), Math::max);
            LockSupport.parkNanos(2_000_000);
            underWay.remove(message.id());
            exchange.sendResponseHeaders(204, -1);
        });
        List<UUID> sessions = Stream.generate(() -> session(tenant)).limit(10).toList();
        for (int i = 0; i < 200; i++) {
            append(sessions.get(i % 10), status("s" + i));
            replicas.forEach(Dispatcher::wake);
        }
        await().atMost(Duration.ofSeconds(40)).until(() -> pending() == 0);
        replicas.forEach(replica -> await().until(replica::isIdle));

        assertThat(twice).hasValue(0);
        assertThat(most.get()).isBetween(2, 4);
        assertThat(ids()).hasSize(200).doesNotHaveDuplicates();
        assertInOrder(receiver.messages());
        replicas.forEach(replica -> {
            if (replica != dispatcher) {
                replica.stop();
            }
        });
    }

    @Test
    void aSlowReceiverHoldsUpNobodyElse() throws Exception {
        create();
        var never = new CountDownLatch(1);
        receiver.answers((message, exchange) -> wait(never));
        try (var quick = new Receiver()) {
            webhooks.create(quick.uri(), null, null, ann);
            for (int i = 0; i < 20; i++) {
                append(session(tenant), status("queued"));
            }
            await().atMost(Duration.ofMillis(900)).until(() -> quick.messages().size() == 20);
            assertThat(receiver.messages()).hasSizeLessThanOrEqualTo(4);
        }
        never.countDown();
    }

    // ---- what a receiver may answer ------------------------------------------------------------------------------

    @Test
    void goneDisablesTheWebhookAndFailsWhatWaits() {
        var made = create();
        receiver.answers(410);
        append(session(tenant), status("queued"), status("opening"));
        turn(Duration.ofSeconds(5));
        append(session(tenant), status("queued"));
        turn(Duration.ofHours(3));

        assertThat(receiver.messages()).hasSize(1);
        assertThat(webhooks.get(tenant, made.webhook().id()).disabledAt()).isNotNull();
        assertThat(statuses(made)).hasSize(2).containsOnly(Delivery.Status.FAILED);
        assertThat(actions()).containsExactly("webhook.create ann", "webhook.disable caprock");
        assertThatThrownBy(() -> webhooks.replayFailed(made.webhook().id(), ann))
                .isInstanceOfSatisfying(
                        Problem.class, refused -> assertThat(refused.code()).isEqualTo("webhook_disabled"));
    }

    @Test
    void aPauseThatIsAskedForIsKept() {
        create();
        receiver.answers((message, exchange) -> {
            exchange.getResponseHeaders().add("Retry-After", "600");
            exchange.sendResponseHeaders(429, -1);
        });
        append(session(tenant), status("queued"));
        settle();
        append(session(tenant), status("queued"));
        turn(Duration.ofSeconds(599));
        assertThat(receiver.messages()).hasSize(1);

        receiver.answers(204);
        turn(Duration.ofSeconds(1));
        assertThat(receiver.messages()).hasSize(3);
    }

    @Test
    void afterADayItIsGivenUpListedAndReplayed() {
        var made = create();
        receiver.answers(500);
        append(session(tenant), status("queued"), status("opening"));
        for (int i = 0; i < 24 * 4 - 1; i++) {
            turn(Duration.ofMinutes(15));
        }
        assertThat(statuses(made)).containsOnly(Delivery.Status.PENDING);
        turn(Duration.ofMinutes(15));
        assertThat(statuses(made)).contains(Delivery.Status.FAILED);
        turn(Duration.ofHours(3)); // the later one is tried, once
        turn(Duration.ZERO);

        assertThat(statuses(made)).containsOnly(Delivery.Status.FAILED);
        assertThat(receiver.messages().size()).isBetween(12, 20);
        List<Delivery> failed = webhooks.page(tenant, made.webhook().id(), Delivery.Status.FAILED, null, 10);
        assertThat(failed).extracting(Delivery::error).contains("The receiver answered 500.");
        int before = receiver.messages().size();

        receiver.answers(204);
        assertThat(webhooks.replayFailed(made.webhook().id(), ann)).isEqualTo(2);
        dispatcher.wake();
        settle();

        assertThat(told().subList(before, told().size())).containsExactly("queued", "opening");
        assertThat(statuses(made)).containsOnly(Delivery.Status.DELIVERED);
        assertThat(actions()).containsExactly("webhook.create ann", "webhook.replay ann");
    }

    @Test
    void muchIsGivenUpInBatchesUnderTheWebhooksLock() throws Exception {
        var made = create();
        dispatcher.stop();
        append(
                session(tenant),
                Stream.generate(() -> status("queued")).limit(1500).toArray(Entry[]::new));
        deliveries.record(deliveries.claim(1).getFirst(), new Answer.Gone());
        var locked = new CountDownLatch(1);
        var seen = new CountDownLatch(1);
        Thread holder = Thread.startVirtualThread(() -> transactions.executeWithoutResult(status -> {
            assertThat(table.lock(made.webhook().id())).isPresent();
            locked.countDown();
            wait(seen);
        }));
        locked.await();
        Thread giving = Thread.startVirtualThread(givingUp::giveUp);
        await().until(() -> waitingForALock() > 0);
        assertThat(pending()).isEqualTo(1499);
        seen.countDown();
        holder.join();
        giving.join();
        dispatcher.start();
        dispatcher.wake();

        assertThat(pending()).isZero();
        assertThat(statuses(made)).containsOnly(Delivery.Status.FAILED);
    }

    /** Nobody was there to send it: that is no fault of the receiver. */
    @Test
    void whatWaitedWhileWeWereDownIsStillTried() {
        create();
        dispatcher.stop();
        append(session(tenant), status("queued"));
        turn(Duration.ofDays(2));
        dispatcher.start();
        turn(Duration.ZERO);

        assertThat(told()).containsExactly("queued");
    }

    // ---- what a caller may do ------------------------------------------------------------------------------------

    @Test
    void oneThatWasDeliveredCanBeReplayedWithTheSameId() {
        var made = create();
        append(session(tenant), status("queued"));
        settle();
        Delivery delivered = all(made).getFirst();

        assertThat(webhooks.replay(made.webhook().id(), delivered.id(), ann).status())
                .isEqualTo(Delivery.Status.PENDING);
        dispatcher.wake();
        settle();

        assertThat(ids()).hasSize(2).containsOnly(PublicId.DELIVERY.text(delivered.id()));
        assertThatThrownBy(() -> webhooks.replay(made.webhook().id(), UUID.randomUUID(), ann))
                .isInstanceOf(Problem.class);
    }

    @Test
    void aTestIsSentBeforeAllElseThoughTheWebhookRests() {
        var made = create();
        receiver.answers(500);
        append(session(tenant), status("queued"));
        settle();
        receiver.answers(204);
        assertThat(webhooks.test(made.webhook().id(), ann).status()).isEqualTo(Delivery.Status.PENDING);
        dispatcher.wake();
        settle();

        var message = receiver.messages().get(1);
        assertThat(message.json().path("type").stringValue()).isEqualTo("webhook.test");
        assertThat(message.data().path("webhookId").stringValue())
                .isEqualTo(PublicId.WEBHOOK.text(made.webhook().id()));
        assertThat(message.isSignedWith(made.secret())).isTrue();
        turn(Duration.ofSeconds(7));
        assertThat(statuses(made)).containsOnly(Delivery.Status.DELIVERED);
    }

    @Test
    void aTestThatFailsIsNotTriedForADay() {
        var made = create();
        receiver.answers(500);
        Delivery ignored = webhooks.test(made.webhook().id(), ann);
        turn(Duration.ZERO);
        turn(Duration.ofMinutes(2));
        turn(Duration.ZERO);

        assertThat(statuses(made)).containsOnly(Delivery.Status.FAILED);
        assertThat(receiver.messages()).hasSizeLessThan(3);
    }

    @Test
    void bothSecretsSignForADayAfterARotation() {
        var made = create();
        var rotated = webhooks.rotate(made.webhook().id(), ann);
        assertThat(rotated.secret()).startsWith("whsec_").isNotEqualTo(made.secret());
        append(session(tenant), status("queued"));
        settle();
        turn(Duration.ofHours(25));
        append(session(tenant), status("queued"));
        settle();

        assertThat(receiver.messages()).hasSize(2).allMatch(message -> message.isSignedWith(rotated.secret()));
        assertThat(receiver.messages().getFirst().isSignedWith(made.secret())).isTrue();
        assertThat(receiver.messages().getLast().isSignedWith(made.secret())).isFalse();
        assertThat(made.toString() + rotated).doesNotContain("whsec_");
    }

    @Test
    void anotherTenantsWebhookIsNotThere() {
        var made = create();
        append(session(tenant), status("queued"));
        settle();
        String other = "another-" + tenant;
        UUID id = made.webhook().id();
        UUID delivery = all(made).getFirst().id();
        var eve = new Actor(other, "eve", null, null);

        assertThat(webhooks.list(other)).isEmpty();
        assertNotFound(() -> webhooks.get(other, id));
        assertNotFound(() -> webhooks.page(other, id, null, null, 10));
        assertNotFound(() -> webhooks.delete(id, eve));
        assertNotFound(() -> webhooks.rotate(id, eve));
        assertNotFound(() -> webhooks.test(id, eve));
        assertNotFound(() -> webhooks.replay(id, delivery, eve));
        assertNotFound(() -> webhooks.replayFailed(id, eve));
        assertThat(webhooks.get(tenant, id).id()).isEqualTo(id);
        assertThat(audit.read(Chains.ofTenant(other), 0, 10)).isEmpty();
    }

    @Test
    void aTenantHasALimitOfItsOwn() {
        for (int i = 0; i < 3; i++) {
            create();
        }

        assertThatThrownBy(this::create)
                .isInstanceOfSatisfying(
                        Problem.class, refused -> assertThat(refused.code()).isEqualTo("too_many_webhooks"));
        assertThat(webhooks.create(receiver.uri(), null, null, new Actor("another", "bob", null, null)))
                .isNotNull();
    }

    @Test
    void pagesGoFromTheNewestToTheOldest() {
        var made = create();
        for (int i = 0; i < 5; i++) {
            append(session(tenant), status("s"));
            turn(Duration.ofSeconds(1));
        }
        var paged = new ArrayList<UUID>();
        @Nullable UUID before = null;
        List<Delivery> page;
        while (!(page = webhooks.page(tenant, made.webhook().id(), null, before, 2)).isEmpty()) {
            page.forEach(each -> paged.add(each.id()));
            before = page.getLast().id();
        }

        assertThat(paged).hasSize(5).isSortedAccordingTo((a, b) -> b.toString().compareTo(a.toString()));
    }

    @Test
    void whatIsOverIsRemovedAfterAWhile() {
        create();
        append(session(tenant), status("queued"));
        settle();
        receiver.answers(500);
        append(session(tenant), status("queued"));
        settle();
        turn(Duration.ofHours(12));

        retention.remove(Duration.ofHours(13));
        assertThat(count("webhook_delivery")).isEqualTo(2);
        retention.remove(Duration.ofHours(11));
        assertThat(count("webhook_delivery")).isEqualTo(1);
        assertThat(pending()).isEqualTo(1);
    }

    // ---- the words of these tests --------------------------------------------------------------------------------

    // ---- what is measured ----------------------------------------------------------------------------------------

    @Test
    void attemptsAndWhatFailsForGoodAreCounted() {
        var counts = List.of("accepted", "failed", "gone");
        List<Double> before = counts.stream().map(this::attempts).toList();
        double failures = failures();
        create();
        append(session(tenant), status("queued"));
        settle();
        receiver.answers(500);
        append(session(tenant), status("queued"));
        settle();
        receiver.answers(410);
        turn(Duration.ofMinutes(1));

        assertThat(counts.stream().map(this::attempts).toList())
                .isEqualTo(before.stream().map(count -> count + 1).toList());
        assertThat(failures()).isEqualTo(failures + 1);
    }

    @Test
    void whatIsGivenUpIsCountedAsFailed() {
        create();
        receiver.answers(500);
        append(session(tenant), status("queued"));
        settle();
        double failures = failures();

        turn(Duration.ofHours(25));

        assertThat(failures()).isEqualTo(failures + 1);
    }

    @Test
    void whatIsStillToBeSentIsCountedFromItsEventOn() {
        assertThat(deliveryTable.pending()).isEqualTo(new DeliveryTable.Pending(0, null));
        var made = create();
        dispatcher.stop();
        append(session(tenant), status("queued"), WARNING);
        Instant since = clock.instant();
        clock.turn(Duration.ofMinutes(1));
        append(session(tenant), status("queued"));

        assertThat(deliveryTable.pending()).isEqualTo(new DeliveryTable.Pending(3, since));
        webhooks.delete(made.webhook().id(), ann);
        assertThat(deliveryTable.pending().number()).isZero();
        dispatcher.start();
        turn(Duration.ZERO);
    }

    private double attempts(String outcome) {
        return registry.get("caprock.webhook.attempts")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private double failures() {
        return registry.get("caprock.webhook.failures").counter().count();
    }

    private Webhooks.WithSecret create() {
        return webhooks.create(receiver.uri(), null, null, ann);
    }

    private static Entry status(String status) {
        return new Entry("session.status", null, Map.of("status", status));
    }

    private void append(UUID session, Entry... entries) {
        transactions.executeWithoutResult(status -> journal.append(session, clock.instant(), List.of(entries)));
    }

    /** What the recurring job does, some time later. */
    private void turn(Duration time) {
        clock.turn(time);
        givingUp.giveUp();
        dispatcher.wake();
        settle();
    }

    private void settle() {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> !dispatcher.isRunning() || dispatcher.isIdle());
    }

    private List<String> ids() {
        return receiver.messages().stream().map(Receiver.Message::id).toList();
    }

    private List<String> told() {
        return receiver.messages().stream()
                .map(message -> message.data().path("status").stringValue(""))
                .toList();
    }

    private long received(String status) {
        return told().stream().filter(status::equals).count();
    }

    private List<Delivery> all(Webhooks.WithSecret made) {
        return webhooks.page(tenant, made.webhook().id(), null, null, 1000);
    }

    private List<Delivery.Status> statuses(Webhooks.WithSecret made) {
        return all(made).stream().map(Delivery::status).toList();
    }

    private List<String> actions() {
        return audit.read(Chains.ofTenant(tenant), 0, 100).stream()
                .map((AuditRecord each) -> each.action() + " " + each.actor().subject())
                .toList();
    }

    private static void assertInOrder(List<Receiver.Message> messages) {
        var reached = new HashMap<String, Integer>();
        assertThat(messages).allSatisfy(message -> {
            int seq = message.data().path("seq").intValue();
            assertThat(reached.put(message.data().path("sessionId").stringValue(), seq))
                    .isIn(null, seq - 1);
        });
    }

    private static void assertNotFound(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        Problem.class, refused -> assertThat(refused.code()).isEqualTo("not_found"));
    }

    private Dispatcher another() {
        var replica = new Dispatcher(deliveries, secrets, sender, settings, clock, meters);
        replica.start();
        return replica;
    }

    private long pending() {
        return database.sql("select count(*) from webhook_delivery where status = 'PENDING'")
                .query(Long.class)
                .single();
    }

    private long count(String table) {
        return database.sql("select count(*) from " + table).query(Long.class).single();
    }

    private long waitingForALock() {
        return database.sql("""
                        select count(*) from pg_stat_activity
                            where datname = current_database() and wait_event_type = 'Lock'""").query(Long.class).single();
    }

    private static void wait(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static Receiver receiver() {
        try {
            return new Receiver();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private UUID session(String tenant) {
        var id = UUID.randomUUID();
        int ignored = database.sql("""
                        insert into session (id, version, tenant, created_by, status, hastened, provider, isolation, publish,
                                             close_when, ttl, run_timeout, repos, agent, labels, created_at, credential, on_sandbox_lost)
                            values (:id, 0, :tenant, 'ann', 'QUEUED', false, 'any', 'BRANCH', 'MERGE',
                                    'IDLE', 1, 1, '[]', '{}', '{}', now(), 'auto', 'FAIL')""").param("id", id).param("tenant", tenant).update();
        return id;
    }
}
