package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.simulator.mesa.MesaSimulator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@ScenarioTest
class DiffTest {

    private static final String UNTIL_GO = "; while [ ! -e $HOME/go ]; do sleep 0.05; done";

    @Autowired
    private Scenario scenario;

    private MesaSimulator mesa;

    @TempDir
    private Path folder;

    @BeforeEach
    void findMesa() {
        mesa = scenario.simulators().mesa();
    }

    @Test
    void everyKindOfEditIsTold() throws Exception {
        var before = Map.of("edit.txt", "1\n2\n3\n", "gone.txt", "x\n", "old.txt", "same\nsame\n", "end.txt", "a\nb");
        var session = scenario.session().repo(scenario.repo(before)).shell("""
                        printf '1\\nzwei\\n3\\n' >edit.txt; rm gone.txt; mv old.txt new.txt; printf 'a\\nc' >end.txt
                        mkdir -p dir; echo 'new' >'dir/with blank.txt'; printf '\\000\\001' >logo.png""").start();

        scenario.assertEndedClean(session);

        JsonNode diff = diff(session);
        JsonNode repo = diff.at("/repos/0");
        assertThat(diff.path("final").booleanValue()).isTrue();
        assertThat(diff.path("truncated").booleanValue()).isFalse();
        assertThat(repo.path("name").stringValue()).isEqualTo(session.repo());
        assertThat(repo.path("bookmark").stringValue()).isEqualTo("main");
        assertThat(repo.path("before"))
                .isEqualTo(session.body().at("/changes/before"))
                .isNotEqualTo(repo.path("after"));
        assertThat(repo.path("files").valueStream().map(DiffTest::line))
                .containsExactlyInAnyOrder(
                        "added dir/with blank.txt +1 -0",
                        "modified edit.txt +1 -1",
                        "modified end.txt +1 -1",
                        "deleted gone.txt +0 -1",
                        "added logo.png +0 -0 binary",
                        "renamed new.txt +0 -0 from old.txt");
        assertThat(repo.path("additions").intValue()).isEqualTo(3);
        assertThat(file(repo, "end.txt").path("patch").stringValue()).contains("""
                -b
                \\ No newline at end of file
                +c
                \\ No newline at end of file
                """);
        var after = applied(before, patch(session, ""));
        assertThat(after).isEqualTo(filesWithout(session.repo(), "logo.png"));
        assertThat(session.body().at("/links/diff").stringValue()).isEqualTo(session.path() + "/diff");
    }

    @Test
    void whileTheAgentWorksTheDiffIsThatOfNow() throws IOException {
        var session =
                scenario.session().shell("echo more >>README.md" + UNTIL_GO).start();
        session.awaitStatus("running");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                diff(session).at("/repos/0/files").valueStream().map(DiffTest::line))
                        .containsExactly("modified README.md +1 -0"));

        JsonNode diff = diff(session);
        assertThat(diff.path("final").booleanValue()).isFalse();
        assertThat(diff.at("/repos/0/bookmark").stringValue()).isEqualTo(session.bookmark());
        assertThat(patch(session, "")).startsWith("# not final").contains("+more\n");
        go(session);
        scenario.assertEndedClean(session);
        assertThat(diff(session).path("final").booleanValue()).isTrue();
        assertThat(diff(session).at("/repos/0/files/0/patch")).isEqualTo(diff.at("/repos/0/files/0/patch"));
    }

    @Test
    void whatOthersPublishedMeanwhileIsNotTheSessions() throws IOException {
        var session = scenario.session()
                .shell("echo mine >mine.txt; echo edited" + UNTIL_GO)
                .start();
        session.awaitPrinted("edited");
        mesa.commit(session.repo(), "main", Map.of("theirs.txt", "theirs\n"));
        mesa.commit(session.repo(), session.bookmark(), Map.of("FURTHER.md", "in a change of its own\n"));
        go(session);

        scenario.assertEndedClean(session);

        assertThat(session.body().path("outcome").stringValue()).isEqualTo("succeeded");
        assertThat(mesa.files(session.repo(), "main")).containsKeys("mine.txt", "theirs.txt", "FURTHER.md");
        assertThat(diff(session).at("/repos/0/files").valueStream().map(DiffTest::line))
                .containsExactlyInAnyOrder("added FURTHER.md +1 -0", "added mine.txt +1 -0");
    }

    @Test
    void aConflictLeavesTheSessionsEditsOnItsBookmark() throws IOException {
        var session = scenario.session()
                .shell("echo by the agent >README.md; echo edited" + UNTIL_GO)
                .start();
        session.awaitPrinted("edited");
        mesa.commit(session.repo(), "main", Map.of("README.md", "by another\n"));
        go(session);

        scenario.assertEndedClean(session);

        JsonNode repo = diff(session).at("/repos/0");
        assertThat(repo.path("bookmark").stringValue()).isEqualTo(session.bookmark());
        assertThat(file(repo, "README.md").path("patch").stringValue())
                .contains("-A repo.\n+by the agent\n")
                .doesNotContain("by another");
    }

    @Test
    void editsThatAreNotPublishedAndThoseMadeDirectlyAreTold() {
        var unpublished = scenario.session()
                .with("publish", "none")
                .shell("echo kept >new.txt")
                .start();
        var direct = scenario.session()
                .with("isolation", "direct")
                .shell("echo kept >new.txt")
                .start();

        scenario.assertEndedClean(unpublished, direct);

        assertThat(diff(unpublished).at("/repos/0/bookmark").stringValue()).isEqualTo(unpublished.bookmark());
        assertThat(diff(unpublished).at("/repos/0/files/0/path").stringValue()).isEqualTo("new.txt");
        assertThat(diff(direct).at("/repos/0/bookmark").stringValue()).isEqualTo("main");
        assertThat(diff(direct).at("/repos/0/truncated").booleanValue())
                .as("the edits are in the change that was there before")
                .isTrue();
    }

    @Test
    void anAgentThatEditsNothingChangesNothing() {
        var session = scenario.session().shell("cat README.md").start();

        scenario.assertEndedClean(session);

        JsonNode diff = diff(session);
        assertThat(diff.path("final").booleanValue()).isTrue();
        assertThat(diff.at("/repos/0/files").isEmpty()).isTrue();
        assertThat(diff.at("/repos/0/after")).isEqualTo(diff.at("/repos/0/before"));
        assertThat(patch(session, "").lines()).allMatch(line -> line.startsWith("#"));
    }

    @Test
    void eachRepoIsToldForItself() throws Exception {
        var code = Map.of("same.txt", "code\n");
        var docs = Map.of("same.txt", "docs\n");
        var code1 = scenario.repo(code);
        var docs1 = scenario.repo(docs);
        var read = scenario.repo(Map.of("same.txt", "read\n"));
        var session = scenario.session()
                .with("repos", List.of(Map.of("name", code1), Map.of("name", docs1)))
                .shell("echo 1 >>same.txt; echo 2 >>../%s/same.txt".formatted(docs1))
                .start();

        scenario.assertEndedClean(session);

        assertThat(diff(session)
                        .path("repos")
                        .valueStream()
                        .map(repo -> repo.path("name").stringValue()))
                .containsExactly(code1, docs1);
        String all = patch(session, "");
        assertThat(all).contains("# repo " + code1, "# repo " + docs1);
        assertThat(applied(Map.of(code1 + "/same.txt", "code\n", docs1 + "/same.txt", "docs\n"), all))
                .isEqualTo(Map.of(code1 + "/same.txt", "code\n1\n", docs1 + "/same.txt", "docs\n2\n"));
        assertThat(applied(docs, patch(session, "?repo=" + docs1))).isEqualTo(Map.of("same.txt", "docs\n2\n"));
        assertThat(scenario.http().get(session.path() + "/diff?repo=" + read).status())
                .isEqualTo(400);
    }

    @Test
    void aDiffThatIsCutShortSaysSo() {
        var session = scenario.session()
                .shell("for i in 1 2 3 4; do echo $i >$i.txt; done")
                .start();
        scenario.assertEndedClean(session);
        mesa.diffLimit(2);
        try {
            assertThat(diff(session).path("truncated").booleanValue()).isTrue();
            assertThat(diff(session).at("/repos/0/truncated").booleanValue()).isTrue();
            assertThat(patch(session, "")).contains("# truncated");
        } finally {
            mesa.diffLimit(300);
        }
    }

    @Test
    void beforeTheWorkspaceIsOpenThereIsNoDiffAndOfOneThatNeverOpenedAnEmptyOne() {
        mesa.faults().on("GET", "/[^/]+/repo-of-scenario-\\d+").answer(503, "{}");
        var session = scenario.session().start();
        session.awaitStatus("opening");

        var early = scenario.http().get(session.path() + "/diff", "Accept", "text/plain");

        assertThat(early.status()).isEqualTo(409);
        assertThat(early.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(early.json().path("code").stringValue()).isEqualTo("workspace_not_open");
        assertThat(early.json().path("remedy").stringValue()).isNotBlank();
        session.delete("now");
        session.awaitClosed();
        JsonNode diff = diff(session);
        assertThat(diff.path("final").booleanValue()).isTrue();
        assertThat(diff.at("/repos/0/files").isEmpty()).isTrue();
    }

    @Test
    void aDiffThatCannotBeHadNowCanBeAskedForLater() {
        var session = scenario.session().shell("echo new >new.txt").start();
        scenario.assertEndedClean(session);
        mesa.faults().on("GET", ".*/diff").drop();

        for (String accept : List.of("application/json", "text/plain")) {
            var answer = scenario.http().get(session.path() + "/diff", "Accept", accept);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
            assertThat(answer.json().path("code").stringValue()).isEqualTo("workspace_unavailable");
            assertThat(answer.json().path("retryable").booleanValue()).isTrue();
            assertThat(answer.body().toLowerCase(java.util.Locale.ROOT)).doesNotContain("mesa");
        }

        mesa.faults().clear();
        assertThat(diff(session).at("/repos/0/files/0/path").stringValue()).isEqualTo("new.txt");
    }

    @Test
    void aRepoThatIsGoneIsToldApartFromOneThatDoesNotAnswer() {
        var session = scenario.session().shell("echo new >new.txt").start();
        scenario.assertEndedClean(session);
        mesa.faults().on("GET", ".*/diff").answer(404, "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"\"}}");

        var answer = scenario.http().get(session.path() + "/diff");

        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.json().path("code").stringValue()).isEqualTo("workspace_gone");
    }

    @Test
    void anUnknownSessionHasNoDiff() {
        var answer = scenario.http().get("/v1/sessions/ses_" + "0".repeat(32) + "/diff");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(scenario.http()
                        .get("/v1/sessions/ses_" + "0".repeat(32) + "/diff", "Accept", "image/png")
                        .status())
                .isEqualTo(406);
    }

    private JsonNode diff(StartedSession session) {
        var answer = scenario.http().get(session.path() + "/diff");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    private String patch(StartedSession session, String query) {
        var answer = scenario.http().get(session.path() + "/diff" + query, "Accept", "text/plain");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=UTF-8");
        return answer.body();
    }

    private static JsonNode file(JsonNode repo, String path) {
        return repo.path("files")
                .valueStream()
                .filter(file -> file.path("path").stringValue("").equals(path))
                .findFirst()
                .orElseThrow();
    }

    private static String line(JsonNode file) {
        String from = file.has("oldPath") ? " from " + file.path("oldPath").stringValue() : "";
        String omitted = file.has("omitted") ? " " + file.path("omitted").stringValue() : "";
        return "%s %s +%d -%d%s%s"
                .formatted(
                        file.path("status").stringValue(),
                        file.path("path").stringValue(),
                        file.path("additions").intValue(),
                        file.path("deletions").intValue(),
                        from,
                        omitted);
    }

    private static void go(StartedSession session) throws IOException {
        Files.createFile(session.machine().home("user").resolve("go"));
    }

    private Map<String, String> filesWithout(String repo, String path) {
        var files = new java.util.HashMap<String, String>();
        mesa.files(repo, "main").forEach((name, bytes) -> files.put(name, new String(bytes, StandardCharsets.UTF_8)));
        files.remove(path);
        return files;
    }

    /** The files that Git makes of others by a patch. */
    private Map<String, String> applied(Map<String, String> before, String patch) throws Exception {
        Path root = Files.createTempDirectory(folder, "files");
        for (var file : before.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(Objects.requireNonNull(path.getParent()));
            Files.writeString(path, file.getValue());
        }
        Path written = Files.writeString(folder.resolve("patch"), patch);
        var git = new ProcessBuilder("git", "apply", written.toString())
                .directory(root.toFile())
                .redirectErrorStream(true);
        git.environment().put("GIT_CEILING_DIRECTORIES", folder.toString());
        var running = git.start();
        String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor()).as("%s\n%s", said, patch).isZero();
        var files = new java.util.HashMap<String, String>();
        try (var all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file).toString(), Files.readString(file));
            }
        }
        return files;
    }
}
