package dev.caprock.session.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.session.Cause;
import dev.caprock.session.CloseWhen;
import dev.caprock.session.GivenSession;
import dev.caprock.session.OnSandboxLost;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.ResourceState;
import dev.caprock.session.Run;
import dev.caprock.session.RunStatus;
import dev.caprock.session.Session;
import dev.caprock.session.SessionOutcome;
import dev.caprock.session.SessionStatus;
import dev.caprock.session.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One session's life, turn by turn as chance wants it: it decides and acts as the mover does, calls end in any order, its
 * replica dies, its caller cancels, its sandbox vanishes, time passes. After each turn it checks what must always hold.
 */
final class RandomLife {

    private record UnderWay(Action.Call call, Outcome outcome) {}

    private final Random random;
    private final GivenSession given;
    private final Session session;
    private final RandomRemotes remotes;
    private final List<UnderWay> underWay = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    private final Map<UUID, RunStatus> runs = new HashMap<>();
    private final Map<UUID, ResourceState> resources = new HashMap<>();
    private @Nullable Cause cause;
    private @Nullable SessionOutcome outcome;
    private boolean misfortune = true;

    RandomLife(long seed) {
        random = new Random(seed);
        given = GivenSession.queued(
                random.nextInt(4) == 0 ? CloseWhen.EXPIRED : CloseWhen.IDLE,
                random.nextBoolean() ? OnSandboxLost.REPLACE : OnSandboxLost.FAIL);
        session = given.session();
        remotes = new RandomRemotes(random);
    }

    String story() {
        return String.join("\n", story);
    }

    boolean isOver() {
        return session.status() == SessionStatus.CLOSED;
    }

    boolean succeeded() {
        return session.outcome() == SessionOutcome.SUCCEEDED;
    }

    void endMisfortune() {
        tell("misfortune ends");
        misfortune = false;
        remotes.becomeKind();
    }

    boolean isClosing() {
        return session.status() == SessionStatus.CLOSING;
    }

    /** No remote answers for so long. How many calls were tried meanwhile. */
    int outage(Duration length) {
        tell("no remote answers any more");
        remotes.becomeSilent();
        int before = remotes.calls();
        steadilyFor(length);
        remotes.becomeKind();
        misfortune = false;
        tell("all remotes answer again");
        return remotes.calls() - before;
    }

    /** Decides, lets all calls end, and lets time pass until something is due, until it is over or so much time has passed. */
    void steadilyFor(Duration length) {
        Instant end = given.now().plus(length);
        while (given.now().isBefore(end) && !isOver()) {
            switch (next()) {
                case Next.Done() -> {}
                case Next.Wait(Instant until) -> pass(Duration.between(given.now(), until.isBefore(end) ? until : end));
                case Next.Act(List<Action> actions, Instant until) -> act(actions);
            }
            while (!underWay.isEmpty()) {
                answer();
            }
            check();
        }
    }

    void turn() {
        switch (random.nextInt(12)) {
            case 0 -> pass(Duration.ofMillis(random.nextInt(random.nextInt(4) == 0 ? 180_000 : 10_000)));
            case 1 -> agent();
            case 2 -> unlucky();
            case 3, 4, 5, 6 -> answer();
            default -> decide();
        }
        check();
    }

    // ---- turns ---------------------------------------------------------------------------------------------------

    private void decide() {
        switch (next()) {
            case Next.Done() -> {}
            case Next.Wait(Instant until) -> waitFor(until);
            case Next.Act(List<Action> actions, Instant until) -> act(actions);
        }
    }

    private Next next() {
        Set<UUID> busy = underWay.stream().map(call -> call.call().subject()).collect(Collectors.toSet());
        return Decisions.next(session, busy, capacity(), Defaults.LIFECYCLE, given.now());
    }

    private Capacity capacity() {
        boolean full = remotes.areSilent() || misfortune && random.nextInt(3) == 0;
        return new Capacity(
                List.of(full ? Capacity.Room.busy("e2b", "full", Duration.ofSeconds(5)) : Capacity.Room.free("e2b")));
    }

    private void waitFor(Instant until) {
        assertThat(until).as("when to look again").isAfter(given.now());
        if (underWay.isEmpty() && !remotes.runs(process())) {
            pass(Duration.between(given.now(), until));
        }
    }

    private void act(List<Action> actions) {
        List<Action> moves =
                actions.stream().filter(Action.Move.class::isInstance).toList();
        for (Action action : moves.isEmpty() ? actions : moves) {
            tell(action.toString());
            switch (action) {
                case Action.Move move -> move.apply(session, given.ids(), given.now());
                case Action.Call call -> {
                    intend(call);
                    underWay.add(new UnderWay(call, remotes.perform(session, call, given.now())));
                }
            }
        }
    }

    private void intend(Action.Call call) {
        assertThat(underWay).extracting(other -> other.call().subject()).doesNotContain(call.subject());
        switch (call) {
            case Action.StopRun(UUID process, StopReason reason) -> session.intendStop(process, reason);
            case Action.CreateSandbox create -> given.intended(create.subject());
            case Action.MintCredential mint -> given.intended(mint.subject());
            case Action.OpenWorkspace open -> given.intended(open.subject());
            case Action.Prepare prepare -> given.intended(prepare.subject());
            case Action.StartRun start -> given.intended(start.subject());
            default -> {}
        }
    }

    private void answer() {
        if (!underWay.isEmpty()) {
            UnderWay ended = underWay.remove(random.nextInt(underWay.size()));
            tell("answered: " + ended.call());
            ended.outcome().record(session, given.now());
        }
    }

    /** The agent ends, and its follower reads how. */
    private void agent() {
        Run run = given.run();
        if (run.status() != RunStatus.RUNNING) {
            return;
        }
        if (remotes.runs(process()) && misfortune && random.nextInt(3) > 0) {
            return; // it works on
        }
        remotes.end(process());
        if (misfortune && random.nextInt(5) == 0) {
            tell("the run is lost");
            session.runEnded(run.id(), RunStatus.LOST, "no exit code", given.now());
        } else {
            int code = random.nextInt(3) == 0 ? 1 : 0;
            tell("the run exits with " + code);
            session.runExited(run.id(), code, 0, Map.of(), given.now());
        }
    }

    private void unlucky() {
        if (!misfortune) {
            return;
        }
        switch (random.nextInt(12)) {
            case 0, 1 -> crash();
            case 3 -> {
                tell("cancelled");
                given.cancelled();
            }
            case 4 -> {
                if (session.status() == SessionStatus.CLOSING) {
                    tell("hastened");
                    given.hastened();
                }
            }
            case 5 -> {
                tell("the sandbox vanishes");
                remotes.loseSandbox();
            }
            case 6 -> {
                if (given.run().status() == RunStatus.RUNNING && remotes.liveSandboxes(given.now()) == 0) {
                    tell("a follower finds the sandbox gone");
                    given.sandboxLost();
                }
            }
            default -> {}
        }
    }

    /** Another replica goes on. What was under way is never recorded; a thawed zombie undoes what it made. */
    private void crash() {
        tell("crash");
        underWay.stream()
                .filter(call -> random.nextBoolean())
                .forEach(call -> call.outcome().fenced());
        underWay.clear();
    }

    private void pass(Duration time) {
        tell("time passes: " + time);
        given.later(time);
    }

    // ---- what must always hold -----------------------------------------------------------------------------------

    private void check() {
        assertThat(remotes.liveSandboxes(given.now())).as("live sandboxes").isLessThanOrEqualTo(1);
        if (cause != null) {
            assertThat(session.cause()).as("the first cause stays").isEqualTo(cause);
        }
        if (outcome != null) {
            assertThat(session.outcome()).as("the outcome stays").isEqualTo(outcome);
        }
        cause = session.cause();
        outcome = session.outcome();
        session.runs().forEach(this::checkRun);
        session.resources().forEach(this::checkResource);
        if (succeeded()) {
            assertThat(given.run().exitCode()).isEqualTo(0);
            assertThat(given.of(ResourceKind.MOUNT).evidence()).containsEntry("clean", true);
        }
    }

    private void checkRun(Run run) {
        RunStatus before = runs.getOrDefault(run.id(), RunStatus.QUEUED);
        if (before.isEnded()) {
            assertThat(run.status()).as("an ended run stays as it ended").isEqualTo(before);
        }
        runs.put(run.id(), run.status());
    }

    private void checkResource(Resource resource) {
        if (resources.get(resource.id()) == ResourceState.GONE) {
            assertThat(resource.state())
                    .as(resource.kind() + " is gone for good")
                    .isEqualTo(ResourceState.GONE);
        }
        resources.put(resource.id(), resource.state());
    }

    void checkTheEnd() {
        assertThat(session.status()).isEqualTo(SessionStatus.CLOSED);
        assertThat(session.outcome()).isNotNull();
        assertThat(session.resources()).allMatch(Resource::isOver);
        assertThat(session.runs()).allMatch(run -> run.status().isEnded());
        assertThat(remotes.isEmpty()).as("nothing is left outside").isTrue();
    }

    private UUID process() {
        List<Resource> processes = session.resources(ResourceKind.PROCESS);
        return processes.isEmpty() ? session.id() : processes.getLast().id();
    }

    private void tell(String what) {
        story.add("%s %s: %s".formatted(given.now(), session.status(), what));
    }
}
