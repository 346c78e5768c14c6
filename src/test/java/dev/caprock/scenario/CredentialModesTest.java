package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.mesa.MesaSimulator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** However a sandbox is given access to the repos, isolation, publishing and the end are the same. */
@ScenarioTest
class CredentialModesTest {

    @Autowired
    private Scenario scenario;

    private MesaSimulator mesa;

    @BeforeEach
    void findMesa() {
        mesa = scenario.simulators().mesa();
    }

    @Test
    void theServiceChoosesWhereTheRequestDoesNot() {
        assertThat(scenario.session()
                        .shell("true")
                        .start()
                        .body()
                        .path("credential")
                        .stringValue(""))
                .isEqualTo("derived-token");
        assertThat(scenario.session()
                        .shell("true")
                        .with("credential", "auto")
                        .with("repos", mixed())
                        .start()
                        .body()
                        .path("credential")
                        .stringValue(""))
                .isEqualTo("layout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"derived-token", "session-key", "access-token", "layout"})
    void aConflictWithTheBaseFailsAndLosesNeitherSide(String credential) {
        var session = scenario.session()
                .with("credential", credential)
                .shell("echo by the agent >README.md; echo edited; while [ ! -e $HOME/go ]; do sleep 0.05; done")
                .start();
        session.awaitPrinted("edited");
        mesa.commit(session.repo(), "main", Map.of("README.md", "by another\n"));
        Endings.letGo(session);

        Endings.assertFailed(scenario, session, "merge_conflict");
        assertThat(file(session.repo(), "main", "README.md")).isEqualTo("by another\n");
        assertThat(file(session.repo(), session.bookmark(), "README.md")).isEqualTo("by the agent\n");
        assertThat(session.body().at("/changes/bookmark").stringValue("")).isEqualTo(session.bookmark());
    }

    @ParameterizedTest
    @ValueSource(strings = {"derived-token", "session-key", "access-token", "layout"})
    void editsAreKeptOnTheSessionsBookmarkOrMadeOnTheBaseAsAsked(String credential) {
        var kept = scenario.session()
                .with("credential", credential)
                .with("publish", "none")
                .shell("echo kept >new.txt")
                .start();
        var direct = scenario.session()
                .with("credential", credential)
                .with("isolation", "direct")
                .shell("echo direct >new.txt")
                .start();

        Endings.assertSucceeded(scenario, kept);
        Endings.assertSucceeded(scenario, direct);
        assertThat(file(kept.repo(), kept.bookmark(), "new.txt")).isEqualTo("kept\n");
        assertThat(mesa.file(kept.repo(), "main", "new.txt")).isNull();
        assertThat(kept.body().at("/changes/bookmark").stringValue("")).isEqualTo(kept.bookmark());
        assertThat(file(direct.repo(), "main", "new.txt")).isEqualTo("direct\n");
        assertThat(mesa.bookmarks(direct.repo())).containsExactly("main");
    }

    @ParameterizedTest
    @ValueSource(strings = {"derived-token", "session-key", "access-token", "layout"})
    void anAgentThatEditsNothingLeavesNoTrace(String credential) {
        var session = scenario.session()
                .with("credential", credential)
                .shell("cat README.md")
                .start();
        String before = mesa.bookmark(session.repo(), "main").changeId();

        Endings.assertSucceeded(scenario, session);
        assertThat(mesa.bookmarks(session.repo())).containsExactly("main");
        assertThat(mesa.bookmark(session.repo(), "main").changeId()).isEqualTo(before);
        assertThat(session.body().at("/changes/after").stringValue("")).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"derived-token", "session-key", "access-token", "layout"})
    void aMissingRepoIsCreatedWhereThatIsAskedFor(String credential) {
        String name = "made-with-" + credential;
        var session = scenario.session()
                .with("credential", credential)
                .with("repos", List.of(Map.of("name", name, "createIfMissing", true)))
                .shell("echo first >first.txt")
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(file(name, "main", "first.txt")).isEqualTo("first\n");
        assertThat(mesa.bookmarks(name)).containsExactly("main");
    }

    @Test
    void aLayoutShowsReposToReadBesideReposToWrite() {
        String readable = scenario.repo(Map.of("README.md", "to read\n"));
        String writable = scenario.repo(Map.of("README.md", "to write\n"));
        var session = scenario.session()
                .with("repos", mixed(readable, writable))
                .shell("cat ../%s/README.md >copy.txt; touch ../%s/new.txt || true".formatted(readable, readable))
                .start();

        Endings.assertSucceeded(scenario, session);
        assertThat(file(writable, "main", "copy.txt")).isEqualTo("to read\n");
        assertThat(mesa.file(readable, "main", "new.txt")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"derived-token", "session-key", "access-token"})
    void withoutALayoutRightsCannotBeMixed(String credential) {
        assertRefused(
                scenario.session().with("credential", credential).with("repos", mixed()), "/credential", "layout");
    }

    @ParameterizedTest
    @CsvSource({"layout, PT4H, PT3H41M, PT3H40M"})
    void aTimeToLiveBeyondTheModesCapIsRefusedByItsName(String credential, String cap, String ttl, String longest) {
        assertRefused(
                scenario.session().with("credential", credential).with("ttl", ttl), "/ttl", credential, cap, longest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access-token", "layout"})
    void whatCannotBeRevokedIsNamedWithItsEnd(String credential) {
        var session = scenario.session()
                .with("credential", credential)
                .with("ttl", "PT1H")
                .shell("true")
                .start();

        Endings.assertSucceeded(scenario, session);
        JsonNode condition = session.body()
                .path("conditions")
                .valueStream()
                .filter(each -> each.path("type").stringValue("").equals("credential"))
                .findFirst()
                .orElseThrow();
        Instant until = Instant.parse(condition.at("/evidence/outlivesUntil").stringValue(""));
        Instant expiry = Instant.parse(session.body().path("expiresAt").stringValue(""));
        assertThat(until).isBetween(expiry, expiry.plusSeconds(21 * 60));
        assertThat(session.events("session.warning"))
                .anyMatch(event -> event.text("code").equals("credential_outlives_session")
                        && event.text("message").contains(until.toString()));
        assertThat(session.events("credential.revoked")).isEmpty();
    }

    @Test
    void aKeyThatOpensEveryRepoIsNotTakenAsAnAgentsSecret() {
        assertRefused(400, scenario.session().secret("KEY", mesa.rootKey()), "/agent/secrets/KEY", "opens every repo");
        assertRefused(
                400, scenario.session().env("KEY", "x " + mesa.privateKey()), "/agent/env/KEY", "opens every repo");
    }

    @Test
    void whichWaysWorkIsSaid() {
        assertThat(scenario.http()
                        .get("/v1/providers")
                        .json()
                        .at("/workspaces/credentials")
                        .valueStream()
                        .map(mode -> "%s %s %s"
                                .formatted(
                                        mode.path("mode").stringValue(),
                                        mode.path("usable").booleanValue(),
                                        mode.path("revocable").booleanValue())))
                .containsExactly(
                        "derived-token true true",
                        "session-key true true",
                        "access-token true false",
                        "layout true false");
    }

    private List<Map<String, String>> mixed() {
        return mixed(scenario.repo(Map.of("a.txt", "")), scenario.repo(Map.of("b.txt", "")));
    }

    private static List<Map<String, String>> mixed(String readable, String writable) {
        return List.of(Map.of("name", readable, "mode", "ro"), Map.of("name", writable, "mode", "rw"));
    }

    private void assertRefused(SessionDraft draft, String pointer, String... words) {
        assertRefused(422, draft, pointer, words);
    }

    private void assertRefused(int status, SessionDraft draft, String pointer, String... words) {
        Reply reply = scenario.http().post("/v1/sessions", draft.body());

        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.json().at("/errors/0/pointer").stringValue("")).isEqualTo(pointer);
        assertThat(reply.json().at("/errors/0/message").stringValue("")).contains(words);
        assertThat(reply.body()).doesNotContain(mesa.rootKey(), "mesa_private_key_");
    }

    private String file(String repo, String bookmark, String path) {
        return new String(Objects.requireNonNull(mesa.file(repo, bookmark, path)), StandardCharsets.UTF_8);
    }
}
