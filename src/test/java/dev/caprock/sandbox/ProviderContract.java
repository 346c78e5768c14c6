package dev.caprock.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.caprock.remote.RemoteFailure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link Provider} promises of every one. Each provider has a test class that says where to find it. */
@Timeout(60)
public abstract class ProviderContract {

    /** What goes wrong with the next create. */
    public enum Trouble {
        /** The provider says no, for good. */
        REFUSED,
        /** It has no room now, and says to come back in seven seconds. */
        BUSY,
        /** Nothing is made, and the answer says nothing. */
        FAILED,
        /** It is made, and the answer is lost. */
        LOST
    }

    /** Prints all that a stream of text would spoil: NUL, bytes that are no text, and characters of several bytes. */
    private static final String PRINTED = "start é→😀\0\377end\n";

    private static final Duration LIFE = Duration.ofMinutes(15);

    private final String attempt = UUID.randomUUID().toString().replace("-", "");

    /** The provider under test, as the service has it. */
    protected abstract Provider provider();

    /** Has the next create go wrong. */
    protected abstract void makeNextCreate(Trouble trouble);

    /** Has the connection break, without an answer, when the next command is started. */
    protected abstract void dropNextCommand();

    /** When a live sandbox ends by itself. */
    protected abstract Instant endOf(String id);

    // ---- what it says of itself ----------------------------------------------------------------------------------

    @Test
    void itsNamesAndLimitsStand() {
        assertThat(provider().name()).matches("[a-z0-9-]+").isEqualTo(provider().name());
        assertThat(provider().account()).isNotBlank().isEqualTo(provider().account());
        assertThat(provider().createDeadline()).isPositive();
        assertThat(provider().maximumLifetime()).isGreaterThan(LIFE);
        assertThat(provider().templateKinds()).doesNotHaveDuplicates();
        assertThat(provider().standing().busyFor()).as("nothing was asked yet").isZero();
    }

    @Test
    void whatItCannotDoIsRefusedBefore() {
        var tooLong = provider().maximumLifetime().plusSeconds(1);

        assertThat(provider().refusals(wanted(LIFE))).isEmpty();
        assertThat(provider().refusals(wanted(tooLong)))
                .extracting(Refusal::field)
                .containsExactly("life");
    }

    // ---- life ----------------------------------------------------------------------------------------------------

    @Test
    void aSandboxIsFoundByItsAttemptAndByItsIdUntilItIsDestroyed() {
        var sandbox = create();

        assertThat(provider().find(attempt)).extracting(Sandbox::id).containsExactly(sandbox.id());
        assertThat(provider().find("another" + attempt)).isEmpty();
        assertThat(provider().get(sandbox.id())).map(Sandbox::id).contains(sandbox.id());
        assertThat(provider().get("nobody-made-this")).isEmpty();
        Sandbox fresh = provider().get(sandbox.id()).orElseThrow();
        assertThat(run(fresh, "echo here").output()).isEqualTo("here\n");

        provider().destroy(sandbox.id());
        provider().destroy(sandbox.id());

        assertThat(provider().find(attempt)).isEmpty();
        assertThat(provider().get(sandbox.id())).isEmpty();
    }

    @Test
    void whatAnOwnerHasIsListedWithItsTags() {
        var sandbox = create();

        assertThat(provider().owned("owner-1")).singleElement().satisfies(owned -> {
            assertThat(owned.id()).isEqualTo(sandbox.id());
            assertThat(owned.session()).isEqualTo("session1");
            assertThat(owned.attempt()).isEqualTo(attempt);
            assertThat(owned.createdAt()).isCloseTo(Instant.now(), within(10, java.time.temporal.ChronoUnit.MINUTES));
        });
        assertThat(provider().owned("owner")).isEmpty();
    }

    @Test
    void anExtensionNeverShortensALife() {
        var sandbox = create();
        var before = endOf(sandbox.id());

        provider().extend(sandbox, Duration.ofMinutes(40));
        var extended = endOf(sandbox.id());
        provider().extend(sandbox, Duration.ofMinutes(1));

        assertThat(extended).isAfter(before.plus(Duration.ofMinutes(20)));
        assertThat(endOf(sandbox.id())).isAfterOrEqualTo(extended);
    }

    @Test
    void whatIsGoneIsToldAsGone() {
        var sandbox = create();
        provider().upload(sandbox, "f", new byte[1]);
        provider().destroy(sandbox.id());

        List<ThrowingCallable> calls = List.of(
                () -> run(sandbox, "true"),
                () -> provider().upload(sandbox, "f", new byte[1]),
                () -> follow(sandbox, Offsets.START, new Received()),
                () -> provider().extend(sandbox, LIFE));
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOfSatisfying(
                                RemoteFailure.Rejected.class,
                                gone -> assertThat(gone.code()).isEqualTo("sandbox_gone")));
    }

    // ---- failures ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void aCreateThatGoesWrongSaysWhatIsKnown(Trouble trouble) {
        makeNextCreate(trouble);

        var failure = catchThrowableOfType(RemoteFailure.class, this::create);

        switch (trouble) {
            case REFUSED -> assertThat(failure).isInstanceOf(RemoteFailure.Rejected.class);
            case BUSY ->
                assertThat(failure)
                        .isInstanceOfSatisfying(
                                RemoteFailure.Busy.class,
                                busy -> assertThat(busy.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
            case FAILED, LOST -> assertThat(failure).isInstanceOf(RemoteFailure.Unknown.class);
        }
        assertThat(provider().find(attempt)).hasSize(trouble == Trouble.LOST ? 1 : 0);
    }

    @Test
    void aCommandWhoseAnswerIsLostIsUnknownAndNotRepeated() {
        var sandbox = create();
        provider().upload(sandbox, "count", new byte[0]);
        dropNextCommand();

        assertThatThrownBy(() -> run(sandbox, "echo once >>\"$HOME/count\"")).isInstanceOf(RemoteFailure.Unknown.class);

        assertThat(run(sandbox, "sleep 0.3; wc -l <\"$HOME/count\"").output().strip())
                .isIn("0", "1");
    }

    // ---- commands and files --------------------------------------------------------------------------------------

    @Test
    void aCommandRunsAtHomeWithNothingToRead() {
        var result = run(create(), "[ \"$(pwd -P)\" = \"$(cd \"$HOME\" && pwd -P)\" ] && cat && echo home");

        assertThat(result).isEqualTo(new CommandResult(0, "home\n", ""));
    }

    @Test
    void itsLinesItsOutputsAndItsExitCodeAreKept() {
        var lines = new ArrayList<String>();

        var result = provider()
                .run(create(), command("echo one; echo 'two é'; echo no >&2; printf three; exit 7"), lines::add);

        assertThat(result).isEqualTo(new CommandResult(7, "one\ntwo é\nthree", "no\n"));
        assertThat(lines).containsExactly("one", "two é", "three");
    }

    @Test
    void aLineArrivesWhileTheCommandStillRuns() {
        var sandbox = create();

        var result = provider()
                .run(sandbox, command("echo first; until [ -f go ]; do sleep 0.05; done; echo last"), line -> {
                    if (line.equals("first")) {
                        provider().upload(sandbox, "go", new byte[0]);
                    }
                });

        assertThat(result.output()).isEqualTo("first\nlast\n");
    }

    /** Not every provider says which signal it was. */
    @Test
    void aCommandThatIsKilledHasTheExitCodeOfOne() {
        var sandbox = create();

        assertThat(run(sandbox, "kill -9 $$").exitCode()).isEqualTo(137);
        assertThat(run(sandbox, "kill -15 $$").exitCode()).isIn(143, 137);
    }

    @Test
    void aCommandMayBeRoots() {
        var sandbox = create();

        assertThat(provider()
                        .run(sandbox, command("id -u").asRoot(), line -> {})
                        .output())
                .isEqualTo("0\n");
        assertThat(run(sandbox, "id -u").output()).isNotEqualTo("0\n");
    }

    @Test
    void anUploadMakesFoldersReplacesAndIsExact() {
        var sandbox = create();
        byte[] all = new byte[70_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i * 31 >> 3);
        }

        provider().upload(sandbox, ".caprock/deep/er/a b", new byte[100_000]);
        provider().upload(sandbox, ".caprock/deep/er/a b", all);
        provider().upload(sandbox, ".caprock/empty", new byte[0]);

        var encoded = run(sandbox, "base64 <\"$HOME/.caprock/deep/er/a b\" | head -c 60000 | tr -d '\\n'");
        var sum = run(sandbox, "cksum <\"$HOME/.caprock/deep/er/a b\"; wc -c <\"$HOME/.caprock/empty\"");
        assertThat(java.util.Base64.getEncoder().encodeToString(all)).startsWith(encoded.output());
        assertThat(sum.output().split("\\s+")).contains(Integer.toString(all.length), "0");
    }

    @Test
    void aLaunchedCommandIsNotWaitedForAndGoesOn() {
        if (!(provider() instanceof CommandsApart apart)) {
            return;
        }
        var sandbox = create();

        apart.launch(sandbox, command("until [ -f go ]; do sleep 0.05; done; echo done >launched"));
        provider().upload(sandbox, "go", new byte[0]);

        assertThat(run(sandbox, "until [ -f launched ]; do sleep 0.05; done; cat launched")
                        .output())
                .isEqualTo("done\n");
    }

    // ---- following -----------------------------------------------------------------------------------------------

    @Test
    void bothOutputsAreDeliveredExactlyFromAnyOffset() {
        var sandbox = create();
        start(sandbox, "i=0; while [ $i -lt 50 ]; do printf '" + printf() + "'; i=$((i + 1)); done; printf 'é\\n' >&2");
        byte[] whole = printed(50);

        var first = new Received();
        assertThat(followToEnd(sandbox, Offsets.START, first)).isEqualTo(FollowEnd.ENDED);

        assertThat(first.output.toByteArray()).isEqualTo(whole);
        assertThat(first.errors.toString(StandardCharsets.UTF_8)).isEqualTo("é\n");
        for (int offset : List.of(7, 8, 14, whole.length - 1, whole.length)) { // amid characters of several bytes
            var rest = new Received();
            assertThat(follow(sandbox, new Offsets(offset, 1), rest)).isEqualTo(FollowEnd.ENDED);
            assertThat(rest.output.toByteArray()).isEqualTo(Arrays.copyOfRange(whole, offset, whole.length));
            assertThat(rest.errors.toByteArray()).containsExactly(0xa9, '\n');
        }
    }

    @Test
    void outputArrivesWhileTheRunGoesOnAndAfterABreakGoesOnWhereItWas() {
        var sandbox = create();
        start(sandbox, "printf 'first é'; until [ -f ~/go ]; do sleep 0.05; done; printf ' last'");
        var received = new Received();
        received.onBytes = () -> {
            received.onBytes = null;
            provider().upload(sandbox, "go", new byte[0]);
            throw new IllegalStateException("the reader's own trouble");
        };

        assertThatThrownBy(() -> follow(sandbox, Offsets.START, received)).isInstanceOf(RuntimeException.class);
        assertThat(followToEnd(sandbox, new Offsets(received.output.size(), 0), received))
                .isEqualTo(FollowEnd.ENDED);

        assertThat(received.output.toString(StandardCharsets.UTF_8)).isEqualTo("first é last");
    }

    @Test
    void anOffsetBehindTheEndIsToldAsShorter() {
        var sandbox = create();
        start(sandbox, "printf abc");
        assertThat(followToEnd(sandbox, Offsets.START, new Received())).isEqualTo(FollowEnd.ENDED);

        assertThat(follow(sandbox, new Offsets(4, 0), new Received())).isEqualTo(FollowEnd.SHORTER);
    }

    @Test
    void aRunWithoutAProcessIsLost() {
        var sandbox = create();
        start(sandbox, "printf abc; sleep 60");
        run(
                sandbox,
                "read -r pid rest <.caprock/runs/1/pid; read -r agent rest <.caprock/runs/1/agent;"
                        + " until [ -s .caprock/runs/1/stdout ]; do sleep 0.05; done; kill -9 \"$pid\" \"$agent\"");
        var received = new Received();

        assertThat(followToEnd(sandbox, Offsets.START, received)).isEqualTo(FollowEnd.LOST);
        assertThat(received.output.toString(StandardCharsets.UTF_8)).isEqualTo("abc");
    }

    // ---- words ---------------------------------------------------------------------------------------------------

    private Sandbox create() {
        return provider().create(wanted(LIFE));
    }

    private Specification wanted(Duration life) {
        return new Specification("owner-1", "session1", attempt, null, life, null, Network.OPEN);
    }

    private CommandResult run(Sandbox sandbox, String script) {
        return provider().run(sandbox, command(script), line -> {});
    }

    private static Command command(String script) {
        return Command.script(script, Duration.ofSeconds(30));
    }

    private void start(Sandbox sandbox, String script) {
        var files = new RunFiles(1);
        provider().upload(sandbox, files.prompt(), new byte[0]);
        provider().upload(sandbox, files.launch(), Runner.launchFile(List.of("sh", "-c", script), Map.of(), "."));
        var started = provider().run(sandbox, Runner.start(files, Duration.ofSeconds(9), null, List.of()), line -> {});
        assertThat(StartEnd.of(started)).isInstanceOf(StartEnd.Started.class);
    }

    private FollowEnd follow(Sandbox sandbox, Offsets from, Received received) {
        return provider().follow(sandbox, new RunFiles(1), from, received);
    }

    /** A reader that saw the end of the run comes again for the rest. */
    private FollowEnd followToEnd(Sandbox sandbox, Offsets from, Received received) {
        FollowEnd end = follow(sandbox, from, received);
        return end == FollowEnd.TIME_UP
                ? followToEnd(sandbox, new Offsets(received.output.size(), received.errors.size()), received)
                : end;
    }

    private static String printf() {
        return PRINTED.replace("\0", "\\0").replace("\377", "\\377").replace("\n", "\\n");
    }

    private static byte[] printed(int times) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            for (String part : PRINTED.split("\377", -1)) {
                bytes.writeBytes(part.getBytes(StandardCharsets.UTF_8));
                if (!part.endsWith("\n")) {
                    bytes.write(0xff);
                }
            }
        }
        return bytes.toByteArray();
    }

    /** What a follow has delivered. */
    private static final class Received implements OutputSink {

        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();

        @Nullable
        Runnable onBytes;

        @Override
        public void accept(OutputStreamName stream, byte[] bytes) {
            (stream == OutputStreamName.STDOUT ? output : errors).writeBytes(bytes);
            if (onBytes != null) {
                onBytes.run();
            }
        }
    }
}
