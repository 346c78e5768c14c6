package dev.caprock.apidocs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.scenario.Reply;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the service says of itself is what is in the source, and no promise of the last release is broken. */
@ScenarioTest
class OpenApiDocumentTest {

    private static final Path COPY = Path.of("src/main/resources/openapi/caprock.json");
    private static final Path RELEASED = Path.of("src/test/resources/openapi/released.json");

    @Autowired
    private Scenario scenario;

    @Test
    void theCopyInTheSourceIsWhatTheServiceSays() throws IOException {
        String said = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(served()) + "\n";
        if (Boolean.getBoolean("caprock.openapi.renew")) {
            Files.writeString(COPY, said);
        }

        assertThat(Files.readString(COPY))
                .as(
                        "renew it by ./mvnw test -Dtest=OpenApiDocumentTest -Dcaprock.openapi.renew=true, and read the difference")
                .isEqualTo(said);
    }

    @Test
    void whatTheLastReleasePromisedStillHolds() throws IOException {
        assertThat(Promises.broken(read(RELEASED), read(COPY))).isEmpty();
    }

    /** It holds nothing that is not in the source too, and who writes a client needs no key for it. */
    @Test
    void anybodyMayReadItButThePageToClickThroughIsNotHere() {
        Reply json = scenario.http().as(null).get("/v3/api-docs");
        Reply yaml = scenario.http().as(null).get("/v3/api-docs.yaml");

        assertThat(json.status()).isEqualTo(200);
        assertThat(yaml.status()).isEqualTo(200);
        assertThat(yaml.body()).startsWith("openapi: 3.1");
        for (String page : List.of("/swagger-ui.html", "/swagger-ui/index.html", "/v3/api-docs/swagger-config")) {
            assertThat(scenario.http().get(page).status()).as(page).isEqualTo(404);
        }
    }

    @Test
    void everyRequestHasAnExampleAndEveryExampleFits() throws IOException {
        var document = new ApiDocument(read(COPY));

        assertThat(document.schemas().stream().filter(name -> name.startsWith("Create")))
                .filteredOn(name -> document.schema(name).has("required") && !name.matches("CreateSession.+"))
                .allSatisfy(name -> assertThat(document.examples(name)).isNotEmpty());
        assertThat(document.schemas())
                .allSatisfy(name -> assertThat(document.examples(name))
                        .allSatisfy(example -> assertThat(document.mismatches(document.schema(name), example))
                                .isEmpty()));
    }

    private JsonNode served() {
        return scenario.http().as(null).get("/v3/api-docs").json();
    }

    private static JsonNode read(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }
}
