package dev.caprock.session.lifecycle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.Simulators;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.annotation.Transactional;

/**
 * Replicas die, or stand still until another has taken over, at every step of a session: before and after each transaction,
 * and before and after each request, whatever came of that. Each session must come to its right end all the same, and leave
 * nothing behind.
 *
 * <p>The steps are those that replicas are seen to take in {@link Story}s without a crash. A slice of the ways to crash is
 * tried; {@code ./mvnw test -Pcrashes} tries all, and {@code -Dcaprock.crashes=<text>} those whose description has a text.
 */
class CrashMatrixTest {

    private static final int LANES = 6;

    /** They need a provider that is full, and only write to the row of a session that has nothing yet. */
    private static final List<String> BEFORE_ANYTHING_IS_OUTSIDE = List.of("StayQueued", "TurnTo");

    private static final Simulators simulators = Simulators.start();
    private static final ConfigurableApplicationContext rooms = start();
    private static final List<Lane> lanes =
            Stream.generate(() -> new Lane(rooms, simulators)).limit(LANES).toList();
    private static final CrashMatrix matrix = new CrashMatrix();
    private static final List<String> untold = new ArrayList<>();

    private static ConfigurableApplicationContext start() {
        var settings = new ArrayList<>(List.of(
                "--caprock.secrets.master-key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "--caprock.remote.concurrent-calls=1000",
                "--caprock.remote.breaker.minimum-calls=50",
                "--caprock.remote.breaker.failure-percent=100",
                "--logging.level.root=error",
                "--logging.level.org.hibernate=off",
                "--logging.level.dev.caprock=off")); // the dead complain of their database
        simulators.properties().forEach((name, value) -> settings.add("--%s=%s".formatted(name, value)));
        return new SpringApplicationBuilder(CrashRooms.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .run(settings.toArray(String[]::new));
    }

    @BeforeAll
    static void tellEachStory() throws InterruptedException {
        List<CrashMatrix.Case> stories = Arrays.stream(Story.values())
                .flatMap(story ->
                        Stream.of("e2b", "vercel").map(provider -> new CrashMatrix.Case(story, provider, Crash.NONE)))
                .toList();
        var steps = new ConcurrentHashMap<CrashMatrix.Case, Map<Step, Integer>>();
        untold.addAll(onLanes(
                stories, (lane, story) -> steps.put(story, lane.tell(story).steps())));
        stories.stream()
                .filter(steps::containsKey)
                .forEach(story -> matrix.add(story.story(), story.provider(), requireNonNull(steps.get(story))));
    }

    @AfterAll
    static void end() {
        rooms.close();
        simulators.close();
    }

    @Test
    void eachStoryEndsRightlyWhenNobodyCrashes() {
        assertThat(untold).isEmpty();
    }

    @Test
    void whereverAReplicaCrashesTheSessionEndsRightlyAndLeavesNothing() throws InterruptedException {
        List<CrashMatrix.Case> cases = wanted(System.getProperty("caprock.crashes", "slice"));
        var missed = new ConcurrentLinkedQueue<CrashMatrix.Case>();
        assertThat(cases).as("ways to crash").isNotEmpty();
        long hearts = heartbeats();
        Instant begin = Instant.now();

        List<String> failures = onLanes(cases, (lane, each) -> {
            if (!lane.tell(each).crashed()) {
                missed.add(each);
            }
        });

        System.out.printf(
                "crash matrix: %d points, %d ways to crash at them, %d tried in %d s, %d of these not met, %d failed%n",
                matrix.points(),
                matrix.all().size(),
                cases.size(),
                Duration.between(begin, Instant.now()).toSeconds(),
                missed.size(),
                failures.size());
        assertThat(failures).isEmpty();
        assertThat(heartbeats()).as("replicas that were stopped").isEqualTo(hearts);
        assertThat(missed)
                .as("points that were not met again")
                .hasSizeLessThanOrEqualTo(Math.max(1, cases.size() / 20));
        assertThat(simulators.e2b().ledger().live()).isEmpty();
        assertThat(simulators.vercel().ledger().live()).isEmpty();
        assertThat(simulators.mesa().liveKeys())
                .noneMatch(key -> String.valueOf(key.name()).startsWith("caprock-"));
    }

    private static long heartbeats() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("heartbeat"))
                .count();
    }

    private static List<CrashMatrix.Case> wanted(String which) {
        return switch (which) {
            case "slice" -> matrix.slice();
            case "all" -> matrix.all();
            default ->
                matrix.all().stream()
                        .filter(each -> each.toString().contains(which))
                        .toList();
        };
    }

    private static List<String> onLanes(List<CrashMatrix.Case> cases, BiConsumer<Lane, CrashMatrix.Case> work)
            throws InterruptedException {
        Queue<CrashMatrix.Case> queue = new ConcurrentLinkedQueue<>(cases);
        var failures = new ConcurrentLinkedQueue<String>();
        List<Thread> threads = lanes.stream()
                .map(lane -> Thread.ofPlatform().start(() -> {
                    for (var next = queue.poll(); next != null; next = queue.poll()) {
                        try {
                            work.accept(lane, next);
                        } catch (AssertionError | RuntimeException failure) {
                            failures.add(next + "\n" + failure.getMessage());
                        }
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        return List.copyOf(failures);
    }

    // ---- nothing is forgotten ------------------------------------------------------------------------------------

    @Test
    void everyActionIsTakenInSomeStory() {
        assertThat(matrix.actions())
                .as("a new action needs a story in which it is taken")
                .containsAll(leaves(Action.class)
                        .map(Class::getSimpleName)
                        .filter(action -> !BEFORE_ANYTHING_IS_OUTSIDE.contains(action))
                        .toList());
    }

    private static Stream<Class<?>> leaves(Class<?> action) {
        return action.isSealed()
                ? Arrays.stream(action.getPermittedSubclasses()).flatMap(CrashMatrixTest::leaves)
                : Stream.of(action);
    }

    @Test
    void everyTransactionThatWritesIsAStepAndIsTakenInSomeStory() {
        for (Class<?> type : List.of(Desk.class, FollowDesk.class)) {
            assertThat(Mortality.COMMITS.get(type)).containsExactlyInAnyOrderElementsOf(writing(type));
        }
        List<String> steps = Mortality.COMMITS.entrySet().stream()
                .flatMap(entry ->
                        entry.getValue().stream().map(method -> entry.getKey().getSimpleName() + "." + method))
                .filter(step -> !step.equals("FollowDesk.leave")) // it takes two replicas at once
                .toList();
        assertThat(matrix.transactions()).containsAll(steps);
    }

    private static List<String> writing(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .filter(method -> !isReadOnly(method))
                .map(Method::getName)
                .toList();
    }

    private static boolean isReadOnly(Method method) {
        Transactional own = method.getAnnotation(Transactional.class);
        return own != null && own.readOnly();
    }
}
