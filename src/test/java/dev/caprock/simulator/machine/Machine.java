package dev.caprock.simulator.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A throw-away machine: a folder of the host with its own homes and system folders, and the processes that were started
 * in it. The users are the template's (at first {@code user}) and {@code root}; both are the JVM's own user to the host.
 */
public final class Machine implements AutoCloseable {

    public static final String USER = "user";
    public static final String ROOT = "root";
    public static final Set<String> USERS = Set.of(USER, ROOT);

    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    /** Those alive, to be killed when the JVM ends without closing them. */
    private static final Set<Machine> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Machine::kill)));
    }

    private final Path folder;
    private final MachineUser user;
    private final Launcher launcher;
    private final Inhabitants inhabitants;
    private final SystemPaths paths;
    private final List<AutoCloseable> attachments = new ArrayList<>();
    private final AtomicLong commands = new AtomicLong();
    private boolean killed;

    private Machine(Path folder, MachineUser user) {
        this.folder = folder;
        this.user = user;
        this.launcher = new Launcher(folder);
        this.inhabitants = new Inhabitants(folder);
        this.paths = new SystemPaths(folder);
    }

    /** Makes a machine and attaches the services to it. */
    public static Machine start(Template template, List<MachineService> services) {
        try {
            var folder = Files.createTempDirectory("caprock-machine-").toRealPath();
            var machine = new Machine(folder, template.user());
            ALIVE.add(machine);
            machine.furnish(template, services);
            return machine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void furnish(Template template, List<MachineService> services) {
        try {
            new Furniture(folder).arrange(template);
            for (MachineService service : services) {
                attachments.add(service.attach(folder));
            }
        } catch (Exception e) {
            kill();
            throw new IllegalStateException("a machine of template %s cannot start".formatted(template.name()), e);
        }
    }

    public Path folder() {
        return folder;
    }

    /** The default user's home. */
    public Path home() {
        return home(user.name());
    }

    public Path home(String name) {
        return name.equals(user.name())
                ? folder.resolve(user.homeInside())
                : folder.resolve("home").resolve(name);
    }

    /**
     * Where a path of the machine lies on the host; never outside the machine, however many dots it has. A path that
     * already points into the machine is left alone.
     *
     * @param path absolute, or relative to the user's home; {@code ~} is the home
     */
    public Path resolve(String name, String path) {
        String fromHome = path.equals("~") ? "" : path.startsWith("~/") ? path.substring(2) : path;
        Path asked = home(name).resolve(fromHome).normalize();
        return asked.startsWith(folder)
                ? asked
                : folder.resolve(asked.toString().substring(1));
    }

    /** The machine's own name for a path in its folder, the reverse of {@link #resolve}. */
    public String shown(Path inside) {
        return "/" + folder.relativize(inside);
    }

    /**
     * Starts a command.
     *
     * @throws IllegalArgumentException for a user or a directory that does not exist
     */
    public MachineProcess start(MachineCommand command) {
        if (!command.user().equals(ROOT) && !command.user().equals(user.name())) {
            throw new IllegalArgumentException("no such user: " + command.user());
        }
        Path directory = directory(command);
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("no such directory: " + command.directory());
        }
        try {
            var arguments = command.arguments().stream()
                    .map(argument -> paths.within(argument, command.user()))
                    .toList();
            return launcher.launch(arguments, environment(command), directory, command.stdin());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the program of a command is there and may be executed. */
    public boolean finds(MachineCommand command) {
        String program = command.arguments().getFirst();
        if (program.contains("/")) {
            return executable(directory(command).resolve(program));
        }
        var places = environment(command).getOrDefault("PATH", "").split(":");
        return Stream.of(places).anyMatch(place -> executable(directory(command).resolve(place, program)));
    }

    private static boolean executable(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    private Path directory(MachineCommand command) {
        return command.directory() == null ? home(command.user()) : resolve(command.user(), command.directory());
    }

    private Map<String, String> environment(MachineCommand command) {
        var environment = new LinkedHashMap<String, String>();
        environment.put("PATH", folder + "/bin:" + folder + "/usr/local/bin:" + folder + "/tools");
        environment.put("HOME", home(command.user()).toString());
        environment.put("USER", command.user());
        environment.put("LOGNAME", command.user());
        environment.put("TMPDIR", folder.resolve("tmp").toString());
        command.environment().forEach((name, value) -> environment.put(name, paths.within(value, command.user())));
        environment.put("CAPROCK_MACHINE", folder.toString());
        environment.put("CAPROCK_MACHINE_USER", command.user());
        environment.put("CAPROCK_MACHINE_COMMAND", Long.toString(commands.incrementAndGet()));
        return environment;
    }

    /** Every process that runs in the machine now, orphans and daemons included. */
    public List<Inhabitant> processes() {
        return inhabitants.all().stream()
                .filter(inhabitant -> !inhabitant.scaffold())
                .toList();
    }

    /** Stops every process where it is. */
    public void freeze() {
        signalAll("-STOP");
        signalAll("-STOP"); // those that were born meanwhile
    }

    public void thaw() {
        signalAll("-CONT");
    }

    private void signalAll(String signal) {
        var pids = inhabitants.all().stream().map(inhabitant -> Long.toString(inhabitant.pid()));
        var command = Stream.concat(Stream.of("kill", signal), pids).toList();
        try {
            var kill = new ProcessBuilder(command).redirectErrorStream(true).start();
            kill.getInputStream().readAllBytes(); // complaints about those who have ended meanwhile
            kill.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends every process, detaches the services and deletes the folder. Killing twice does nothing.
     *
     * @throws IllegalStateException if something survived
     */
    public synchronized void kill() {
        if (killed) {
            return;
        }
        killed = true;
        ALIVE.remove(this);
        launcher.close();
        endAll();
        attachments.reversed().forEach(Machine::detach);
        if (!Folders.delete(folder)) {
            throw new IllegalStateException("cannot delete the machine's folder " + folder);
        }
    }

    private void endAll() {
        long limit = System.nanoTime() + KILL_LIMIT.toNanos();
        for (int quietLooks = 0; quietLooks < 2; quietLooks++) {
            for (var left = inhabitants.all(); !left.isEmpty(); left = inhabitants.all()) {
                quietLooks = 0;
                left.forEach(one -> ProcessHandle.of(one.pid()).ifPresent(ProcessHandle::destroyForcibly));
                if (System.nanoTime() > limit) {
                    throw new IllegalStateException("processes of %s survive: %s".formatted(folder, left));
                }
            }
        }
    }

    private static void detach(AutoCloseable attachment) {
        try {
            attachment.close();
        } catch (Exception e) {
            throw new IllegalStateException("a service of the machine cannot be detached", e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
