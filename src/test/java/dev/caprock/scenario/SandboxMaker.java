package dev.caprock.scenario;

import dev.caprock.simulator.Simulators;
import dev.caprock.simulator.machine.Machine;
import java.util.List;
import java.util.Map;

/** What a scenario looks at of a simulated maker of sandboxes, whoever that is. */
public interface SandboxMaker {

    /** As a request names the provider. */
    String provider();

    /** What each sandbox that was not yet destroyed is tagged with. */
    List<Map<String, String>> live();

    /** The machine behind a sandbox; only while that is alive. */
    Machine machine(String sandboxId);

    /** Makes a sandbox end as if its host had died. */
    void killFromOutside(String sandboxId);

    void clearFaults();

    static SandboxMaker e2b(Simulators simulators) {
        return new SandboxMaker() {
            @Override
            public String provider() {
                return "e2b";
            }

            @Override
            public List<Map<String, String>> live() {
                return simulators.e2b().ledger().live().stream()
                        .map(dev.caprock.simulator.e2b.LiveSandbox::metadata)
                        .toList();
            }

            @Override
            public Machine machine(String sandboxId) {
                return simulators.e2b().machine(sandboxId);
            }

            @Override
            public void killFromOutside(String sandboxId) {
                simulators.e2b().killFromOutside(sandboxId);
            }

            @Override
            public void clearFaults() {
                simulators.e2b().faults().clear();
            }
        };
    }

    static SandboxMaker vercel(Simulators simulators) {
        return new SandboxMaker() {
            @Override
            public String provider() {
                return "vercel";
            }

            @Override
            public List<Map<String, String>> live() {
                return simulators.vercel().ledger().live().stream()
                        .map(dev.caprock.simulator.vercel.LiveSandbox::tags)
                        .toList();
            }

            @Override
            public Machine machine(String sandboxId) {
                return simulators.vercel().machine(sandboxId);
            }

            @Override
            public void killFromOutside(String sandboxId) {
                simulators.vercel().killFromOutside(sandboxId);
            }

            @Override
            public void clearFaults() {
                simulators.vercel().faults().clear();
            }
        };
    }
}
