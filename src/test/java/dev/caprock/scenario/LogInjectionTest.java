package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Nothing that a caller says begins a line of the log. */
@ScenarioTest
@ExtendWith(OutputCaptureExtension.class)
class LogInjectionTest {

    private static final String FORGED = "2026-01-01T00:00:00.000Z  INFO 1 --- [caprock] forged";
    private static final List<String> BREAKS = List.of("\n", "\r", "\r\n", "\u0085", "\u2028", "\u000b", "\u001b[2K\r");

    @Autowired
    private Scenario scenario;

    @Test
    void linesCannotBeForged(CapturedOutput output) {
        var session = scenario.session().shell("true").start();
        session.awaitClosed();
        for (String lineBreak : BREAKS) {
            String text = "x" + lineBreak + FORGED;
            var all = scenario.session()
                    .shell("true")
                    .label("team", text)
                    .prompt(text)
                    .env("VALUE", text);
            scenario.http().post("/v1/sessions", all.body());
            scenario.http().post("/v1/sessions", all.with("template", text).body());
            scenario.http().post("/v1/sessions", Map.of(text, text));
            scenario.http().post("/v1/sessions", "{\"prompt\": " + text);
            scenario.http().post("/v1/api-keys", Map.of("name", text, "scopes", List.of(text)));
            scenario.http().post("/v1/webhooks", Map.of("url", text, "description", text));
        }
        scenario.http()
                .get("/v1/sessions?status=x%0A"
                        + FORGED.replace(" ", "%20").replace("[", "%5B").replace("]", "%5D"));
        scenario.http().get("/v1/sessions/x%0D%0A2026-01-01T00:00:00.000Z");

        assertThat(output.getAll())
                .as("it is the log that is looked at")
                .contains(session.uuid().toString());
        assertThat(output.getAll().lines()).noneMatch(line -> line.startsWith("2026-01-01"));
    }
}
