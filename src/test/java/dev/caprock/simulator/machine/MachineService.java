package dev.caprock.simulator.machine;

import java.nio.file.Path;

/** Something that serves a machine from outside while it lives, such as a remote file system that it mounts. */
@FunctionalInterface
public interface MachineService {

    /**
     * Called once before the machine runs its first command.
     *
     * @return closed once, after the machine's last process has ended and before its folder is deleted
     */
    AutoCloseable attach(Path machineFolder) throws Exception;
}
