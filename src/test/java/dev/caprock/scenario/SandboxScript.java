package dev.caprock.scenario;

import dev.caprock.simulator.e2b.Faults;
import dev.caprock.simulator.e2b.Operation;

/** The commands that the service gives in a sandbox, told apart by words that only one of them has. */
enum SandboxScript {
    PREPARE("prepare-$1"),
    START("caprock:started"),
    FOLLOW("until we end by ourselves"),
    STOP("group_lives"),
    FLUSH("ended_cleanly");

    private final String mark;

    SandboxScript(String mark) {
        this.mark = mark;
    }

    /** A fault of Vercel's requests of these kinds that are about this command. */
    dev.caprock.simulator.vercel.Faults.Rule vercelFault(
            Scenario scenario, dev.caprock.simulator.vercel.Operation... operations) {
        return scenario.simulators().vercel().faults().on(operations).containing(mark);
    }

    /** A fault of this command alone. */
    Faults.Rule fault(Scenario scenario) {
        return scenario.simulators().e2b().faults().on(Operation.START).containing(mark);
    }
}
