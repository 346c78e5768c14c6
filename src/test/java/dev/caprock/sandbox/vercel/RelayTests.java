package dev.caprock.sandbox.vercel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.FollowEnd;
import dev.caprock.sandbox.Machine;
import dev.caprock.sandbox.Machine.Userland;
import dev.caprock.sandbox.RunFiles;
import dev.caprock.sandbox.Runner;
import dev.caprock.sandbox.Scripts;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Real processes in a throw-away home: what the relay promises, under each shell. */
@ParameterizedClass
@EnumSource(Userland.class)
class RelayTests {

    private final Machine machine;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Relayed decodedOutput = new Relayed(output::writeBytes);
    private final Relayed decodedErrors = new Relayed(errors::writeBytes);

    RelayTests(Userland userland, @TempDir Path folder) {
        machine = new Machine(folder, userland);
    }

    @Test
    void bothStreamsAndTheExitCodeComeThroughExactly() {
        byte[] bytes = new byte[300_001];
        new Random(1).nextBytes(bytes);
        machine.upload("bytes", bytes);

        decode(start(20, "cat bytes; head -c 70000 bytes >&2; exit 7"));

        assertThat(output.toByteArray()).isEqualTo(bytes);
        assertThat(errors.toByteArray()).isEqualTo(java.util.Arrays.copyOf(bytes, 70_000));
        assertThat(decodedOutput.mark()).isEqualTo("7");
        assertThat(decodedErrors.hasEnded()).isTrue();
    }

    @Test
    void theCommandBeginsAtHomeWithNothingToRead() {
        decode(start(20, "pwd; cat; echo \"$0 $1\""));

        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(machine.home() + "\nname a b\n");
        assertThat(errors.size()).isZero();
    }

    @Test
    void whatIsPrintedIsSeenBeforeTheCommandEnds() {
        var running = start(20, "printf early; until [ -f go ]; do sleep 0.1; done");

        Awaitility.await().until(() -> new String(running.outputBytes(), StandardCharsets.UTF_8).contains("ZWFybHk="));
        machine.upload("go", "");
        decode(running);

        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("early");
    }

    @Test
    void aCommandThatIsTooSlowIsKilledWithWhatItStarted() {
        decode(start(1, "echo begun; sleep 20 & sleep 20; echo never"));

        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("begun\n");
        assertThat(decodedOutput.mark()).isEqualTo("137");
    }

    @Test
    void aRunIsFollowedThroughItToItsEnd() {
        var files = new RunFiles(1);
        var agent = "printf 'a\\0\\377'; printf e >&2; sleep 1; printf c; exit 3";
        machine.upload(files.prompt(), "");
        machine.upload(files.launch(), Runner.launchFile(List.of("sh", "-c", agent), Map.of(), "."));
        assertThat(machine.run(Runner.start(files, Duration.ofSeconds(1), null, List.of()))
                        .exitCode())
                .isZero();

        assertThat(follow(files)).isEqualTo(FollowEnd.TIME_UP.exitCode());
        assertThat(follow(files)).isEqualTo(FollowEnd.ENDED.exitCode());

        assertThat(output.toByteArray()).isEqualTo(new byte[] {'a', 0, (byte) 0xff, 'c'});
        assertThat(errors.toByteArray()).containsExactly('e');
    }

    /** As the provider does, from what has arrived. */
    private int follow(RunFiles files) {
        var reader = Command.script(
                Scripts.read(Runner.class, "reader.sh"),
                Duration.ofSeconds(20),
                files.directory(),
                Integer.toString(output.size()),
                Integer.toString(errors.size()),
                "15");
        var decoded = new Relayed(output::writeBytes);
        var running = relayed(20, reader.arguments());
        running.result();
        decoded.add(text(running.outputBytes()));
        new Relayed(errors::writeBytes).add(text(running.errorBytes()));
        return Integer.parseInt(decoded.mark());
    }

    private Machine.Running start(int seconds, String script) {
        return relayed(seconds, List.of("sh", "-c", script, "name", "a b"));
    }

    private Machine.Running relayed(int seconds, List<String> command) {
        var arguments = new ArrayList<>(List.of(
                "/bin/sh", "-c", Scripts.read(Relayed.class, "relay.sh"), "caprock", Integer.toString(seconds)));
        arguments.addAll(command);
        return machine.start(new Command(arguments, false, Duration.ofSeconds(30)));
    }

    private static String text(byte[] printed) {
        return new String(printed, StandardCharsets.ISO_8859_1);
    }

    private void decode(Machine.Running running) {
        running.result();
        decodedOutput.add(text(running.outputBytes()));
        decodedErrors.add(text(running.errorBytes()));
        assertThat(decodedOutput.isForeign() || decodedErrors.isForeign()).isFalse();
    }
}
