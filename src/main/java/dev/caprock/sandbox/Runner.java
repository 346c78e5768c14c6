package dev.caprock.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The runner script's side that we see: the file that tells it what to launch, and the commands that start it, stop it and
 * ask how it ended. Each command may be repeated: a run starts at most once, whoever asks and however often.
 */
public final class Runner {

    /** Far above the slowest kill, so that the scripts' own bounds end first. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Variables that a shell itself holds read-only: setting one ends the script. */
    private static final Set<String> SHELLS_OWN =
            Set.of("PPID", "UID", "EUID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO");

    private Runner() {}

    /** Whether an environment variable of this name can be given to an agent. */
    public static boolean isVariable(String name) {
        return VARIABLE.matcher(name).matches() && !SHELLS_OWN.contains(name);
    }

    /**
     * What to launch, for {@link RunFiles#launch()}. It may hold secrets; the runner removes it once it is read. Upload it
     * after the prompt: its presence says that the prompt is complete.
     *
     * @param argv any text but NUL
     * @param environment added to what the sandbox has; names as {@link #isVariable} wants them, values any text but NUL
     * @param workingDirectory relative to the home folder, or absolute
     */
    public static byte[] launchFile(List<String> argv, Map<String, String> environment, String workingDirectory) {
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv must name a program but is empty");
        }
        var file = new StringBuilder("cwd ").append(encoded("workingDirectory", workingDirectory));
        argv.forEach(argument -> file.append("\narg ").append(encoded("argv", argument)));
        environment.forEach((name, value) -> {
            if (!isVariable(name)) {
                throw new IllegalArgumentException("environment may not set a variable named " + name);
            }
            file.append("\nenv ").append(name).append(' ').append(encoded(name, value));
        });
        return file.append("\nend\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Starts a run and reports that it started; for a run that was started before, only reports. Read the answer with
     * {@link StartEnd#of}.
     *
     * @param mountWait how long the mount may take to appear
     * @param mountPoint must be a mount before the agent starts; null when the run needs none
     * @param paths folders that must be there and readable; these and the mount point relative to home, or absolute
     */
    public static Command start(RunFiles files, Duration mountWait, @Nullable String mountPoint, List<String> paths) {
        var parameters = new ArrayList<>(List.of(
                Scripts.read(Runner.class, "runner.sh"),
                files.directory(),
                seconds(mountWait),
                mountPoint == null ? "" : mountPoint));
        parameters.addAll(paths);
        return script("start.sh", mountWait, parameters);
    }

    /**
     * Stops whatever is alive of a run: asks it to end, and kills it after the grace. A run that has not started never
     * will. Read the answer with {@link StopEnd#of}.
     */
    public static Command stop(RunFiles files, Duration grace) {
        return script("stop.sh", grace, List.of(files.directory(), seconds(grace)));
    }

    /** Prints how a run ended. Read the answer with {@link RunExit#of}. */
    public static Command exit(RunFiles files) {
        return script("exit.sh", Duration.ZERO, List.of(files.directory()));
    }

    /**
     * Copies a run's output files to the command's own outputs, from these offsets on. Its exit code is a {@link FollowEnd}.
     *
     * @param reading after this it ends by itself
     * @param timeout a little later, when nobody waits any more
     */
    public static Command read(RunFiles files, Offsets from, Duration reading, Duration timeout) {
        return Command.script(
                Scripts.read(Runner.class, "reader.sh"),
                timeout,
                files.directory(),
                Long.toString(from.stdout()),
                Long.toString(from.stderr()),
                seconds(reading));
    }

    /** Prints how big a run's output files are now. Read the answer with {@link Sizes#of}. */
    public static Command sizes(RunFiles files) {
        String script = "cd \"$HOME/$1\" && printf '%d %d\\n' \"$(wc -c <stdout)\" \"$(wc -c <stderr)\"";
        return Command.script(script, MARGIN, files.directory());
    }

    /** The sizes of a run's output files, in bytes. */
    public record Sizes(long stdout, long stderr) {

        private static final Pattern LINE = Pattern.compile("(\\d{1,15}) (\\d{1,15})\n");

        /** Reads the answer of {@link Runner#sizes}; unreadable means that nothing is known to be shorter. */
        public static Sizes of(CommandResult result) {
            var line = LINE.matcher(result.output());
            return line.matches()
                    ? new Sizes(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)))
                    : new Sizes(Long.MAX_VALUE, Long.MAX_VALUE);
        }
    }

    private static Command script(String name, Duration wait, List<String> parameters) {
        return Command.script(Scripts.read(Runner.class, name), wait.plus(MARGIN), parameters.toArray(String[]::new));
    }

    private static String seconds(Duration duration) {
        return Long.toString(Math.max(1, duration.toSeconds()));
    }

    private static String encoded(String field, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(field + " must not hold a NUL character");
        }
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }
}
