package dev.caprock.sandbox.attic;

import dev.caprock.sandbox.Provider;
import dev.caprock.scenario.SandboxMaker;
import dev.caprock.simulator.Simulators;
import dev.caprock.simulator.machine.Machine;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;

/** The one bean that makes it a provider. Not annotated, so that no other test comes by it: it is imported. */
class AtticConfiguration {

    @Bean
    Attic attic(Simulators simulators) {
        return new Attic(List.of(simulators.mounts()::attach));
    }

    @Bean
    Provider atticProvider(Attic attic) {
        return new AtticProvider(attic);
    }

    /** For the scenario's eyes. */
    @Bean
    SandboxMaker atticMaker(Attic attic) {
        return new SandboxMaker() {
            @Override
            public String provider() {
                return "attic";
            }

            @Override
            public List<Map<String, String>> live() {
                return attic.all().stream()
                        .map(room -> Map.of("session", room.wanted().session()))
                        .toList();
            }

            @Override
            public Machine machine(String sandboxId) {
                return attic.room(sandboxId).orElseThrow().machine();
            }

            @Override
            public void killFromOutside(String sandboxId) {
                attic.clear(sandboxId);
            }

            @Override
            public void clearFaults() {
                attic.trouble.set(null);
                attic.commandIsLost.set(false);
            }
        };
    }
}
