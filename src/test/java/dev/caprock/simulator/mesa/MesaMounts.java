package dev.caprock.simulator.mesa;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is behind the {@code mesa} and {@code fusermount3} commands of simulated machines. The commands are real processes
 * of the machine; their work is done here, over HTTP and with the mount's own credential, so that its end is real too.
 *
 * <p>The commands are the resources {@code simulator/machine/available/*}; a machine puts them into its {@code bin}.
 * A running mount has its mount point as a line of {@code run/mounts} in the machine's folder. What the version command
 * says can be written to {@code run/mesa/version}.
 */
public final class MesaMounts implements AutoCloseable {
    private final URI url;
    private final MountFaults faults = new MountFaults();
    private final Set<MachineMounts> machines = ConcurrentHashMap.newKeySet();

    /** Serves mounts of the Mesa server at a base address, {@code /v1} included. */
    public MesaMounts(URI url) {
        this.url = url;
    }

    /** Serves the machine in a folder until the result is closed; that ends its mounts and their processes. */
    public AutoCloseable attach(Path machineFolder) {
        try {
            MachineMounts machine = new MachineMounts(machineFolder, url, faults);
            machines.add(machine);
            return () -> {
                machines.remove(machine);
                machine.close();
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public MountFaults faults() {
        return faults;
    }

    /** Crashes all mounts of now: their processes are killed. */
    public void die() {
        machines.forEach(machine -> machine.mounts().forEach(Mount::die));
    }

    @Override
    public void close() {
        faults.clear();
        for (MachineMounts machine : machines) {
            try {
                machine.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
