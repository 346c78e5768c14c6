package dev.caprock.session.lifecycle;

import dev.caprock.agent.Agent;
import dev.caprock.agent.Agents;
import dev.caprock.agent.LineReader;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Position;
import dev.caprock.journal.StandardStream;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.FollowEnd;
import dev.caprock.sandbox.OutputStreamName;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.RunExit;
import dev.caprock.sandbox.RunFiles;
import dev.caprock.sandbox.Runner;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.session.RunStatus;
import dev.caprock.trace.LogFields;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tails one run's output into the journal, on a virtual thread of its own, until the run has ended or the claim is lost.
 * Whatever breaks, it reads on from the stored position: no byte is lost or stored twice.
 */
final class Follower implements Runnable {

    /** What a follower works with. */
    record Tools(
            FollowDesk desk,
            Agenda agenda,
            Sandboxes sandboxes,
            Agents agents,
            Lease lease,
            FollowSettings settings,
            ObservationRegistry observations,
            LoopMeters meters) {}

    private static final Logger log = LoggerFactory.getLogger(Follower.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    private final Claim claim;
    private final Tools tools;
    private final Semaphore look = new Semaphore(0);
    private volatile @Nullable OutputBuffer reading;
    private volatile UUID session;
    private int failures;

    Follower(Claim claim, Tools tools) {
        this.claim = claim;
        this.tools = tools;
        this.session = claim.id();
    }

    /** Whose run it is; the run itself until that is read. */
    UUID session() {
        return session;
    }

    /** Has it look whether the run is still its own. Safe from every thread. */
    void look() {
        look.release();
        OutputBuffer buffer = reading;
        if (buffer != null) {
            buffer.poke();
        }
    }

    @Override
    public void run() {
        try {
            boolean done = false;
            while (!done && tools.lease().isHeld()) {
                done = attempt();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** True when nothing is left to do here. */
    private boolean attempt() throws InterruptedException {
        Map<String, @Nullable String> names = Map.of("run", PublicId.RUN.text(claim.id()));
        try {
            Optional<FollowDesk.Followed> followed = tools.desk().read(claim);
            if (followed.isEmpty()) {
                return true;
            }
            names = names(followed.get());
            try (var named = new LogFields(names)) {
                return follow(followed.get());
            }
        } catch (FollowDesk.OvertakenException overtaken) {
            log.debug("run={} is read again from what is stored", claim.id(), overtaken);
        } catch (RuntimeException failure) {
            try (var named = new LogFields(names)) {
                log.warn("run={} could not be followed; it is tried again", claim.id(), failure);
            }
            pause();
        }
        return false;
    }

    private static Map<String, @Nullable String> names(FollowDesk.Followed followed) {
        return Map.of(
                "session",
                PublicId.SESSION.text(followed.session().id()),
                "run",
                PublicId.RUN.text(followed.run()),
                LogFields.TRACE,
                followed.session().trace().traceId());
    }

    private boolean follow(FollowDesk.Followed followed) throws InterruptedException {
        session = followed.session().id();
        if (followed.session().run(followed.run()).status() != RunStatus.RUNNING) {
            tools.desk().leave(claim);
            return true;
        }
        try {
            boolean done = observed(followed);
            failures = 0;
            return done;
        } catch (RemoteFailure failure) {
            if (Setbacks.tellsOfLoss(failure)) {
                log.info("run={} its sandbox is gone", claim.id());
                return tools.desk().sandboxLost(claim, followed);
            }
            log.debug("run={} the stream broke; it is followed again", claim.id(), failure);
            pause();
            return false;
        }
    }

    /** Shown to metrics and traces as an action, which lasts minutes at most, however long the run prints. */
    private boolean observed(FollowDesk.Followed followed) throws InterruptedException {
        var observed = new ObservedAction(
                tools.observations(), new ActionContext("FollowRun", followed.session(), followed.run()));
        var end = ActionEnd.UNEXPECTED;
        try (var ignored = observed.scope()) {
            boolean done = new Reading(followed).done(observed);
            end = ActionEnd.DONE;
            return done;
        } catch (RemoteFailure failure) {
            end = ActionEnd.SETBACK;
            throw failure;
        } catch (FollowDesk.OvertakenException overtaken) {
            end = ActionEnd.FENCED;
            throw overtaken;
        } finally {
            observed.ended(end);
        }
    }

    private void pause() throws InterruptedException {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(failures++, 10));
        Duration wait = doubled.compareTo(LAST_PAUSE) < 0 ? doubled : LAST_PAUSE;
        boolean ignored = look.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
        look.drainPermits();
    }

    /** One follow of the two files, from the stored position until it ends. */
    private final class Reading {

        private final FollowDesk.Followed followed;
        private final RunFiles files;
        private final Provider provider;
        private final Sandbox sandbox;
        private final Intake intake;
        private final OutputBuffer buffer = new OutputBuffer();
        private Position position;

        Reading(FollowDesk.Followed followed) {
            var session = followed.session();
            this.followed = followed;
            this.files = new RunFiles(session.run(followed.run()).number());
            this.provider = tools.sandboxes().provider(session);
            this.sandbox = tools.sandboxes().of(session);
            LineReader reader = tools.agents()
                    .find(session.terms().agent().kind())
                    .flatMap(Agent::reader)
                    .orElse(null);
            this.position = followed.position();
            this.intake = new Intake(
                    followed.run(),
                    position,
                    reader,
                    tools.settings().outputQuota().toBytes());
        }

        /** True when the run needs no follower any more, or is no longer ours. */
        boolean done(ObservedAction observed) throws InterruptedException {
            var reading = new FutureTask<>(this::read);
            Follower.this.reading = buffer;
            Thread thread = Thread.ofVirtual().name("reader " + claim.id()).start(observed.part(reading));
            try {
                return !stored() || ended(reading.get());
            } catch (ExecutionException failure) {
                throw failure.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failure);
            } finally {
                thread.interrupt();
            }
        }

        private FollowEnd read() {
            try {
                return provider.follow(sandbox, files, intake.from(), this::received);
            } finally {
                buffer.end();
            }
        }

        private void received(OutputStreamName stream, byte[] bytes) {
            try {
                buffer.put(stream == OutputStreamName.STDOUT ? StandardStream.STDOUT : StandardStream.STDERR, bytes);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while handing over output", stopping);
            }
        }

        /** Stores all that is read. False when the claim is lost. */
        private boolean stored() throws InterruptedException {
            while (!buffer.isDrained()) {
                List<OutputBuffer.Chunk> chunks = buffer.take(tools.settings().lookInterval());
                if (!(chunks.isEmpty() ? isOurs() : append(chunks))) {
                    return false;
                }
                buffer.gather(
                        chunks.isEmpty() ? Duration.ZERO : tools.settings().gather());
            }
            return true;
        }

        private boolean isOurs() {
            return tools.lease().isHeld() && tools.agenda().look(claim).isPresent();
        }

        private boolean append(List<OutputBuffer.Chunk> chunks) {
            Intake.Batch batch = intake.take(chunks, false);
            if (batch.next().equals(position) && batch.others().isEmpty()) {
                return true;
            }
            if (!tools.lease().isHeld() || !tools.desk().append(claim, followed, position, batch)) {
                return false;
            }
            moved(batch);
            tools.meters().stored(buffer.waited());
            return true;
        }

        private void moved(Intake.Batch batch) {
            intake.stored(batch);
            position = batch.next();
            failures = 0; // a stream that brought something on is no failure, however it ends
        }

        private boolean ended(FollowEnd end) {
            return switch (end) {
                case TIME_UP -> false;
                case SHORTER -> rebased();
                case ENDED, LOST -> {
                    Optional<RunExit> exit = exit();
                    Intake.Batch last = intake.take(List.of(), true);
                    yield exit.isPresent()
                            ? tools.desk().exited(claim, followed, position, last, exit.get())
                            : tools.desk().lost(claim, followed, position, last);
                }
            };
        }

        private Optional<RunExit> exit() {
            CommandResult result = provider.run(sandbox, Runner.exit(files), line -> {});
            return RunExit.of(result);
        }

        private boolean rebased() {
            Runner.Sizes sizes = Runner.Sizes.of(provider.run(sandbox, Runner.sizes(files), line -> {}));
            boolean stdout = sizes.stdout() < intake.from().stdout();
            boolean stderr = sizes.stderr() < intake.from().stderr();
            return (stdout || stderr) && !tools.desk().rebase(claim, followed, stdout, stderr);
        }
    }
}
