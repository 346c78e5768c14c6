package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Amazon Linux or Ubuntu: who the user is, where home is and what installs packages is found out in the sandbox. */
@ScenarioTest
class VercelFlavoursTest {

    @Autowired
    private Scenario scenario;

    @ParameterizedTest
    @CsvSource({
        "node24, /v2/sandboxes, vercel-sandbox, /home/vercel-sandbox, 'amzn 2023, dnf'",
        "vercel/sandbox/universal, /v3/sandboxes, ubuntu, /vercel, 'ubuntu 26.04, apt-get'"
    })
    void aSessionWorksOn(String template, String route, String user, String home, String system) {
        var session = scenario.session()
                .provider("vercel")
                .template(template)
                .shell("id -un; echo $HOME; pwd; echo new >new.txt")
                .start();
        String root = session.machine().folder().toString();

        Endings.assertSucceeded(scenario, session);

        assertThat(session.text("stdout").lines().map(line -> line.replace(root, "")))
                .containsExactly(
                        user,
                        home,
                        "%s/.local/share/mesa/mnt/%s/%s"
                                .formatted(home, scenario.simulators().mesa().organisation(), session.repo()));
        assertThat(session.events("prepare.phase"))
                .anyMatch(event -> event.text("phase").equals("system")
                        && event.text("state").equals("done")
                        && event.text("detail").equals(system));
        assertThat(scenario.simulators().vercel().ledger().requests(dev.caprock.simulator.vercel.Operation.CREATE))
                .last()
                .satisfies(create -> assertThat(create.path()).isEqualTo(route));
    }
}
