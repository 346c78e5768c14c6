package dev.caprock.simulator.vercel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.vercel.Wire.Answer;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(30)
class SandboxesTest {

    private VercelSimulator simulator;
    private Wire wire;

    @BeforeEach
    void start() {
        restart(Wire.SETTINGS.withPlan(new Plan(Duration.ofHours(1), 3, 4)));
    }

    @AfterEach
    void end() {
        wire.close();
        simulator.close();
    }

    private void restart(VercelSettings settings) {
        if (simulator != null) {
            end();
        }
        simulator = VercelSimulator.start(settings);
        wire = new Wire(simulator);
    }

    @ParameterizedTest
    @CsvSource({
        "/v2, '\"runtime\":\"node24\"', /vercel/sandbox, vercel-sandbox, /home/vercel-sandbox, dnf",
        "/v3, '', /vercel, ubuntu, /vercel, apt-get"
    })
    void eachFlavourHasItsUserHomeDirectoryAndPackageManager(
            String version, String more, String cwd, String user, String home, String manager) throws Exception {
        var answer = wire.post(version + "/sandboxes", Wire.body("a", more));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/session/id").asString()).matches("sbx_[0-9A-Za-z]{28}");
        assertThat(answer.json().at("/session/status").asString()).isEqualTo("running");
        assertThat(answer.json().at("/sandbox/cwd").asString()).isEqualTo(cwd);
        var sandbox = new Wire.Created("a", answer.json().at("/session/id").asString());
        var folder = simulator.machine("a").folder();
        assertThat(wire.run(sandbox, "id -un; echo $HOME; pwd; command -v dnf; command -v apt-get")
                        .output("stdout"))
                .isEqualTo("%s\n%s\n%s\n%s\n".formatted(user, folder + home, folder + cwd, folder + "/bin/" + manager));
        assertThat(wire.run(sandbox, "id -u; echo $HOME", "\"sudo\":true").output("stdout"))
                .isEqualTo("0\n%s/home/root\n".formatted(folder));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"name\":\"a b\"",
                "\"ports\":[80]",
                "\"ports\":[3000,3001,3002,3003,3004,3005,3006,3007,3008,3009,3010,3011,3012,3013,3014,3015]",
                "\"timeout\":999",
                "\"timeout\":3600001",
                "\"resources\":{\"vcpus\":3}",
                "\"resources\":{\"vcpus\":6}",
                "\"tags\":{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\",\"e\":\"1\",\"f\":\"1\"}",
                "\"snapshotExpiration\":1000",
                "\"runtime\":\"node18\"",
                "\"runtime\":\"node24\",\"image\":\"vercel/sandbox/ubuntu\"",
                "\"runtime\":\"node24\",\"source\":{\"type\":\"snapshot\",\"snapshotId\":\"snap_a\"}",
                "\"image\":\"unknown\"",
                "\"metadata\":{}"
            })
    void whatCannotBeMadeIsRefused(String more) throws Exception {
        var answer = wire.post("/v2/sandboxes", "{\"projectId\":\"prj_a\"," + more + "}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("bad_request");
        assertThat(simulator.ledger().live()).isEmpty();
    }

    @Test
    void anEnvironmentMayHaveFourKilobytes() throws Exception {
        String most = "\"env\":{\"A\":\"%s\"}".formatted("x".repeat(4095));
        String more = "\"env\":{\"A\":\"%s\"}".formatted("x".repeat(4096));

        assertThat(wire.post("/v2/sandboxes", Wire.body("a", most)).status()).isEqualTo(200);
        assertThat(wire.post("/v2/sandboxes", Wire.body("b", more)).status()).isEqualTo(400);
    }

    @Test
    void aNameIsTakenUntilItsSandboxIsDeleted() throws Exception {
        var sandbox = wire.create("a");
        var again = wire.post("/v2/sandboxes", Wire.body("a", ""));
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.code()).isEqualTo("bad_request");
        wire.post(sandbox.at("/stop"), "");
        assertThat(wire.post("/v2/sandboxes", Wire.body("a", "")).status()).isEqualTo(400);

        assertThat(wire.delete("a").json().at("/sandbox/status").asString()).isEqualTo("stopped");

        assertThat(wire.find("a").status()).isEqualTo(404);
        assertThat(wire.delete("a").status()).isEqualTo(404);
        assertThat(wire.post("/v2/sandboxes", Wire.body("a", "")).status()).isEqualTo(200);
    }

    @Test
    void noMoreSandboxesRunThanThePlanAllows() throws Exception {
        var first = wire.create("a");
        wire.create("b");
        wire.create("c");

        assertThat(wire.post("/v2/sandboxes", Wire.body("d", "")).status()).isEqualTo(429);

        wire.post(first.at("/stop"), "");
        assertThat(wire.post("/v2/sandboxes", Wire.body("d", "")).status()).isEqualTo(200);
    }

    @Test
    void listsAreFilteredAndPagedAsTheServiceAllows() throws Exception {
        wire.create("a-1", "\"tags\":{\"app\":\"x\",\"run\":\"1\"}");
        simulator.advance(Duration.ofMillis(5));
        var second = wire.create("a-2", "\"tags\":{\"app\":\"x\"},\"persistent\":false");
        simulator.advance(Duration.ofMillis(5));
        wire.create("b-1");
        wire.post(second.at("/stop"), "");

        assertThat(names("")).containsExactly("b-1", "a-2", "a-1");
        assertThat(names("&sortOrder=asc&limit=1")).containsExactly("a-1", "a-2", "b-1");
        assertThat(names("&tags=app%3Ax")).containsExactly("a-2", "a-1");
        assertThat(names("&sortBy=name&namePrefix=a-")).containsExactly("a-2", "a-1");
        assertThat(names("&status=stopped")).containsExactly("a-2");
        assertThat(list("&namePrefix=a-").status()).isEqualTo(400);
        assertThat(list("&sortBy=name&status=running").status()).isEqualTo(400);
        assertThat(list("&tags=app%3Ax,run%3A1").status()).isEqualTo(400);
    }

    @Test
    void aPageAfterADeletionMissesNothing() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            wire.create(name);
        }
        JsonNode page = list("&sortBy=name&sortOrder=asc&limit=2").json();
        wire.delete("a");

        var rest = list("&sortBy=name&sortOrder=asc&cursor="
                + page.at("/pagination/next").asString());

        assertThat(rest.json().at("/sandboxes/0/name").asString()).isEqualTo("c");
        assertThat(rest.json().at("/pagination/next").isNull()).isTrue();
    }

    @Test
    void onlyTheOwnerOfTheProjectMayAsk() throws Exception {
        assertThat(wire.send(wire.request("/v2/sandboxes?project=prj_a").setHeader("Authorization", "Bearer vcp_other"))
                        .status())
                .isEqualTo(403);
        assertThat(wire.send(HttpRequest.newBuilder(java.net.URI.create(
                                        simulator.url() + "/v2/sandboxes?project=prj_a&teamId=team_b"))
                                .header("Authorization", "Bearer vcp_token"))
                        .code())
                .isEqualTo("forbidden");
        assertThat(wire.get("/v2/sandboxes?project=prj_b").status()).isEqualTo(403);
        assertThat(wire.get("/v2/sandboxes").status()).isEqualTo(400);
        assertThat(wire.get("/v2/elsewhere").code()).isEqualTo("not_found");
    }

    @Test
    void everyAnswerTellsTheRateLimitAndOneMayBeEnforced() throws Exception {
        restart(Wire.SETTINGS.withRateLimits());

        var first = wire.delete("a").response().headers();
        assertThat(first.firstValue("x-ratelimit-limit")).hasValue("20");
        assertThat(first.firstValue("x-ratelimit-remaining")).hasValue("19");
        assertThat(first.firstValueAsLong("x-ratelimit-reset").orElseThrow())
                .isLessThan(System.currentTimeMillis() / 1000 + 10);
        assertThat(first.firstValue("x-vercel-id")).isPresent();
        Answer last = wire.delete("a");
        for (int count = 2; count <= 20; count++) {
            last = wire.delete("a");
        }

        assertThat(last.status()).isEqualTo(429);
        assertThat(last.response().headers().firstValue("Retry-After")).isPresent();
    }

    private Answer list(String query) throws Exception {
        return wire.get("/v2/sandboxes?project=prj_a" + query);
    }

    private List<String> names(String query) throws Exception {
        var names = new ArrayList<String>();
        String next = "";
        do {
            JsonNode page =
                    list(query + (next.isEmpty() ? "" : "&cursor=" + next)).json();
            page.get("sandboxes")
                    .forEach(sandbox -> names.add(sandbox.get("name").asString()));
            next = page.at("/pagination/next").asString("");
        } while (!next.isEmpty());
        return names;
    }
}
