package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What a caller writes is never read by a shell of ours: it arrives as it is, or is refused. */
@ScenarioTest
class MetacharactersTest {

    private static final String ODD =
            "it's \"quoted\" $(touch canary) `touch canary` ; touch canary & | > canary \\ %s -n ü 🎉\r\n\n$HOME ${PATH}\n*?[a]~!#";

    @Autowired
    private Scenario scenario;

    @ParameterizedTest
    @ValueSource(strings = {"e2b", "vercel"})
    void everyTextArrivesAsItIsAndNothingIsRun(String provider) {
        var draft = scenario.session()
                .command(
                        "sh",
                        "-c",
                        "printf '%s|%s|%s|' \"$1\" \"$VALUE\" \"$KEPT\"; cat \"$CAPROCK_PROMPT_FILE\"; find ~ . -name canary",
                        "sh",
                        ODD)
                .env("VALUE", ODD)
                .secret("KEPT", ODD)
                .label("team", ODD)
                .prompt(ODD);
        var session = (provider.equals("e2b") ? draft : draft.provider(provider)).start();

        Endings.assertSucceeded(scenario, session);
        assertThat(session.text("stdout")).isEqualTo(String.join("|", ODD, ODD, ODD, ODD));
        assertThat(session.body().path("labels").path("team").stringValue()).isEqualTo(ODD);
    }

    @Test
    void filesMayHaveOddNames() {
        List<String> names =
                List.of("$(touch canary)", "a;touch canary", "-rf", "it's \"quoted\"", "two\nlines", " ü 🎉*?");
        var session = scenario.session()
                .command(Stream.concat(
                                Stream.of("sh", "-c", "for name; do echo kept > \"./$name\"; done", "sh"),
                                names.stream())
                        .toArray(String[]::new))
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(scenario.simulators().mesa().files(session.repo(), "main"))
                .containsKeys(names.toArray(String[]::new))
                .doesNotContainKey("canary");
        String patch = scenario.http()
                .get(session.path() + "/diff", "Accept", "text/plain")
                .body();
        assertThat(patch).contains("$(touch canary)", "a;touch canary", "two\\012lines");
    }

    @Test
    void whatCannotArriveAsItIsIsRefused() {
        for (String odd : List.of("a\0b", "$(touch canary)", "a;b", "../a", "a\nb")) {
            for (var field : Map.of(
                            "repos", List.of(Map.of("name", odd)),
                            "template", odd,
                            "provider", odd,
                            "labels", Map.of(odd, "x"),
                            "agent", Map.of("kind", "command", "command", List.of("true"), "env", Map.of(odd, "x")))
                    .entrySet()) {
                var body = scenario.session()
                        .shell("true")
                        .with(field.getKey(), field.getValue())
                        .body();
                assertThat(scenario.http().post("/v1/sessions", body).status())
                        .as("%s %s", field.getKey(), odd)
                        .isIn(400, 422);
            }
        }
    }
}
