package dev.caprock.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlainCommandTests {

    private final Agents agents = new Agents(List.of(new PlainCommand()));
    private final Agent command = agents.find("command").orElseThrow();

    @Test
    void theCommandIsLaunchedAsItIs() {
        var launch = command.launch(new AgentRequest("command", List.of(), List.of("sh", "-c", "echo $X"), null, null));

        assertThat(launch.argv()).containsExactly("sh", "-c", "echo $X");
        assertThat(launch.program()).isNull();
        assertThat(command.reader()).isEmpty();
    }

    @Test
    void withoutACommandItIsRefused() {
        assertThat(command.refusal(new AgentRequest("command", List.of(), List.of(), null, null)))
                .isPresent();
        assertThat(command.refusal(new AgentRequest("command", List.of(), List.of("ls"), null, null)))
                .isEmpty();
    }

    @Test
    void noVersionOfItCanBeInstalled() {
        assertThat(command.refusal(new AgentRequest("command", List.of(), List.of("ls"), "1.0", null)))
                .hasValueSatisfying(refusal -> assertThat(refusal).contains("agent.version"));
    }

    @Test
    void anUnknownKindIsNotFound() {
        assertThat(agents.find("none")).isEmpty();
        assertThat(agents.kinds()).containsExactly("command");
    }
}
