package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.remote.StubServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspacesTest {

    private static final String KEY = "mesa_root_0123456789abcdef";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC);
    private static final String BASE = "k".repeat(32);
    private static final String WORK = "w".repeat(32);
    private static final String COMMIT = "c0ffee".repeat(7).substring(0, 40);
    private static final String ABSENT = "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"not found\"}}";

    private final StubServer mesa;
    private final Workspaces workspaces;

    WorkspacesTest() throws IOException {
        mesa = new StubServer();
        workspaces = with(KEY, "acme");
    }

    @AfterEach
    void stop() {
        mesa.close();
    }

    // who we are

    @Test
    void withoutAKeyNothingIsCalled() {
        var none = with(null, "acme");

        assertThat(none.configured()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> none.repo("notes")).withMessageContaining("MESA_API_KEY");
        assertThat(mesa.received()).isEmpty();
    }

    @Test
    void anOrganisationThatIsNotConfiguredIsAskedForOnce() {
        var learning = with(KEY, null);
        mesa.answer(200, identity("acme", "admin")).answer(404, ABSENT).answer(404, ABSENT);

        assertThat(learning.repo("notes")).isEmpty();
        assertThat(learning.repo("notes")).isEmpty();

        assertThat(mesa.lines()).containsExactly("GET /v1/whoami", "GET /v1/acme/notes", "GET /v1/acme/notes");
    }

    @Test
    void aMissingWhoamiIsNotAMissingThing() {
        mesa.answer(404, ABSENT);

        assertThatThrownBy(() -> with(KEY, null).revoke("key_1")).isInstanceOf(RemoteFailure.Rejected.class);
    }

    @Test
    void aKeyIsRevokedThoughEverythingElseHasToWait() {
        mesa.answer(503, "{}", "Retry-After", "60").answer(404, ABSENT);
        assertThatThrownBy(() -> workspaces.repo("notes")).isInstanceOf(RemoteFailure.Busy.class);
        assertThatThrownBy(() -> workspaces.repo("notes")).isInstanceOf(RemoteFailure.Busy.class);

        workspaces.revoke("key_1");

        assertThat(mesa.lines()).hasSize(2);
        assertThat(workspaces.standing().isUsable()).isFalse();
    }

    @Test
    void theAccountTellsKeysApartAndNeedsNoCall() {
        assertThat(workspaces.account())
                .matches("mesa/[0-9a-f]{8}")
                .isEqualTo(with(KEY, null).account())
                .isNotEqualTo(with(KEY + "0", "acme").account());
    }

    @Test
    void everyCallCarriesTheKey() {
        mesa.answer(404, ABSENT);

        assertThat(workspaces.repo("notes")).isEmpty();

        assertThat(mesa.received().getFirst().authorization()).isEqualTo("Bearer " + KEY);
    }

    @Test
    void withoutAnApiKeyEachCallIsSignedForItselfAndOnlyCommitsNameAnAuthor() {
        var signing = new Workspaces(settings(null, PrivateKeyTest.TEXT, null), new Remotes(), NOON);
        mesa.answer(404, ABSENT)
                .answer(200, bookmark("main", BASE))
                .answer(201, change(WORK, BASE))
                .answer(201, bookmark("session/1", WORK))
                .answer(200, merge("merge_commit", true));

        signing.branch("notes", "main", "session/1", "Session 1");
        signing.merge("notes", "session/1", "main", WORK, "Publish", true);

        assertThat(mesa.lines())
                .containsExactly(
                        "GET /v1/acme/notes/bookmarks/session%2F1",
                        "GET /v1/acme/notes/bookmarks/main",
                        "POST /v1/acme/notes/changes",
                        "POST /v1/acme/notes/bookmarks",
                        "POST /v1/acme/notes/bookmarks/merge");
        var claims = mesa.received().stream()
                .map(request -> claims(String.valueOf(request.authorization()).substring("Bearer ".length())))
                .toList();
        assertThat(claims).doesNotHaveDuplicates().allMatch(text -> text.contains("\"admin\":true,\"iat\""));
        assertThat(claims)
                .map(text -> text.contains("\"authors\":[{\"name\":\"Caprock\",\"email\":null}]"))
                .containsExactly(false, false, true, false, true);
    }

    // repositories

    @Test
    void aRepositoryIsReadByName() {
        mesa.answer(200, repo("notes", BASE));

        assertThat(workspaces.repo("notes")).contains(new Repo("repo_1", "notes", "main", BASE));
    }

    @Test
    void aRepositoryIsCreatedEmpty() {
        mesa.answer(201, repo("notes", Tip.ROOT));

        assertThat(workspaces.createRepo("notes").headChange()).isEqualTo(Tip.ROOT);

        var request = mesa.received().getFirst();
        assertThat(request.line()).isEqualTo("POST /v1/acme/repos");
        assertThat(request.contentType()).startsWith("application/json");
        assertThat(request.body()).isEqualTo("{\"name\":\"notes\"}");
    }

    @Test
    void creatingARepositoryThatExistsFindsIt() {
        mesa.answer(409, "{\"error\":{\"code\":\"X\",\"message\":\"taken\"}}").answer(200, repo("notes", BASE));

        assertThat(workspaces.createRepo("notes").headChange()).isEqualTo(BASE);
    }

    @Test
    void creatingARepositoryFindsItWhenTheAnswerWasLost() {
        mesa.drop().answer(200, repo("notes", BASE));

        assertThat(workspaces.createRepo("notes").headChange()).isEqualTo(BASE);
    }

    @Test
    void creatingARepositoryStaysUnknownWhenItIsNotThereYet() {
        mesa.answer(502, "").answer(404, ABSENT);

        assertThatThrownBy(() -> workspaces.createRepo("notes")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void aBadNameIsNeverSent() {
        assertThatIllegalArgumentException().isThrownBy(() -> workspaces.createRepo("api-keys"));
        assertThatIllegalArgumentException().isThrownBy(() -> workspaces.deleteBookmark("notes", ".."));
        assertThatIllegalArgumentException().isThrownBy(() -> workspaces.tip("..", "main"));
        assertThat(mesa.received()).isEmpty();
    }

    // credentials

    @Test
    void aKeyIsMintedForItsRepositoriesAndItsTime() {
        mesa.answer(201, "{\"id\":\"key_1\",\"key\":\"mesa_child_0123456789\",\"name\":\"n\",\"extra\":1}");

        var key = workspaces.mint(
                "caprock-ses_1", List.of("repo_1"), true, HOUR.plusMillis(1), Map.of("caprock-session", "ses_1"));

        assertThat(key.id()).isEqualTo("key_1");
        assertThat(key.secret()).isEqualTo("mesa_child_0123456789");
        assertThat(key.toString()).doesNotContain("mesa_child");
        assertThat(mesa.lines()).containsExactly("POST /v1/acme/api-keys");
        assertThat(mesa.received().getFirst().body())
                .contains("\"name\":\"caprock-ses_1\"")
                .contains("\"scopes\":[\"read\",\"write\"]")
                .contains("\"repo_ids\":[\"repo_1\"]")
                .contains("\"expires_in_seconds\":3601")
                .contains("\"tags\":{\"caprock-session\":\"ses_1\"}");
    }

    @Test
    void aReadOnlyKeyCannotWrite() {
        mesa.answer(201, "{\"id\":\"key_1\",\"key\":\"mesa_child_0123456789\"}");

        workspaces.mint("n", List.of("repo_1"), false, Duration.ofSeconds(100), Map.of());

        assertThat(mesa.received().getFirst().body()).contains("\"scopes\":[\"read\"]");
    }

    @Test
    void aKeyForEverythingOrForAMomentIsNotMinted() {
        assertThatIllegalArgumentException().isThrownBy(() -> workspaces.mint("n", List.of(), true, HOUR, Map.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> workspaces.mint("n", List.of("r"), true, Duration.ofSeconds(99), Map.of()));
        assertThat(mesa.received()).isEmpty();
    }

    @Test
    void aMintWhoseAnswerIsLostIsUnknownAndNotRepeated() {
        mesa.drop();

        assertThatThrownBy(() -> workspaces.mint("n", List.of("r"), true, HOUR, Map.of()))
                .isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(mesa.received()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"id\":\"key_1\",\"key\":{\"raw\":\"mesa_child_0123456789\"}}"})
    void aMintWhoseAnswerMakesNoSenseIsUnknownAndQuotesNothing(String body) {
        mesa.answer(201, body);

        var failure = catchThrowableOfType(
                RemoteFailure.Unknown.class, () -> workspaces.mint("n", List.of("r"), true, HOUR, Map.of()));

        assertThat(printed(failure)).doesNotContain("mesa_child");
    }

    @Test
    void aRefusalThatEchoesTheKeyIsMasked() {
        mesa.answer(403, "{\"error\":{\"code\":\"FORBIDDEN\",\"message\":\"%s may not\"}}".formatted(KEY));

        var failure = catchThrowableOfType(
                RemoteFailure.Rejected.class, () -> workspaces.mint("n", List.of("r"), true, HOUR, Map.of()));

        assertThat(printed(failure)).contains("*** may not").doesNotContain("0123456789abcdef");
    }

    @Test
    void liveKeysAreThoseOfExactlyThisNameOnEveryPage() {
        mesa.answer(200, """
                        {"has_more":true,"next_cursor":"a/b+c=","api_keys":[
                          {"id":"key_1","name":"n 1","expires_at":null,"revoked_at":null},
                          {"id":"key_2","name":"n 1 more","expires_at":null,"revoked_at":null},
                          {"id":"key_3","name":"n 1","expires_at":"2026-11-21T11:00:00.000Z","revoked_at":null}]}
                        """).answer(200, """
                        {"has_more":false,"next_cursor":null,"api_keys":[
                          {"id":"key_4","name":"n 1","expires_at":null,"revoked_at":"2026-11-21T11:00:00.000Z"},
                          {"id":"key_5","name":null,"expires_at":null,"revoked_at":null},
                          {"id":"key_6","name":"n 1","expires_at":"2026-11-21T11:58:00.000Z","revoked_at":null},
                          {"id":"key_7","name":"n 1","expires_at":"2026-11-21T13:00:00.000Z","revoked_at":null}]}
                        """);

        assertThat(workspaces.liveKeys("n 1")).containsExactly("key_1", "key_6", "key_7");

        assertThat(mesa.lines())
                .containsExactly(
                        "GET /v1/acme/api-keys?limit=100&status=active&query=n%201",
                        "GET /v1/acme/api-keys?limit=100&status=active&query=n%201&cursor=a%2Fb%2Bc%3D");
    }

    @Test
    void aListOfKeysThatDoesNotEndIsUnknown() {
        for (int page = 0; page < 301; page++) {
            mesa.answer(200, "{\"has_more\":true,\"next_cursor\":\"again\",\"api_keys\":[]}");
        }

        assertThatThrownBy(() -> workspaces.liveKeys("n")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void revokingSucceedsWhenTheKeyIsGone() {
        mesa.answer(200, "{\"success\":true}").answer(404, ABSENT);

        workspaces.revoke("key_1");
        workspaces.revoke("key_1");

        assertThat(mesa.lines()).containsExactly("DELETE /v1/acme/api-keys/key_1", "DELETE /v1/acme/api-keys/key_1");
    }

    @Test
    void revokingIsUnknownWhenTheAnswerIsLostOrLeadsElsewhere() {
        mesa.drop().answer(302, "", "Location", "/login");

        assertThatThrownBy(() -> workspaces.revoke("key_1")).isInstanceOf(RemoteFailure.Unknown.class);
        assertThatThrownBy(() -> workspaces.revoke("key_1")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void aCredentialIsTriedAsItselfAndRefusedOnlyBy401() {
        mesa.answer(401, "{}").answer(200, identity("acme", "read"));

        assertThat(workspaces.refused("mesa_child_0123456789")).isTrue();
        assertThat(workspaces.refused("mesa_child_0123456789")).isFalse();

        assertThat(mesa.received())
                .allSatisfy(request -> assertThat(request.authorization()).isEqualTo("Bearer mesa_child_0123456789"));
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 403, 404, 500})
    void anyOtherAnswerProvesNothingAboutACredential(int status) {
        mesa.answer(status, "");

        assertThatThrownBy(() -> workspaces.refused("mesa_child_0123456789")).isInstanceOf(RemoteFailure.Unknown.class);
    }

    // bookmarks and changes

    @Test
    void branchingPutsABookmarkOnANewChangeOverTheBase() {
        mesa.answer(404, ABSENT)
                .answer(200, bookmark("main", BASE))
                .answer(201, change(WORK, BASE))
                .answer(201, bookmark("session/1", WORK));

        assertThat(workspaces.branch("notes", "main", "session/1", "Session 1")).isEqualTo(new Branched(BASE, WORK));

        assertThat(mesa.lines())
                .containsExactly(
                        "GET /v1/acme/notes/bookmarks/session%2F1",
                        "GET /v1/acme/notes/bookmarks/main",
                        "POST /v1/acme/notes/changes",
                        "POST /v1/acme/notes/bookmarks");
        assertThat(mesa.received().get(2).body())
                .contains("\"base_change_id\":\"%s\"".formatted(BASE))
                .contains("\"message\":\"Session 1\"");
        assertThat(mesa.received().get(3).body())
                .contains("\"name\":\"session/1\"")
                .contains("\"change_id\":\"%s\"".formatted(WORK));
    }

    @Test
    void branchingTakesABookmarkThatExists() {
        mesa.answer(200, bookmark("session/1", WORK)).answer(200, change(WORK, BASE));

        assertThat(workspaces.branch("notes", "main", "session/1", "m")).isEqualTo(new Branched(BASE, WORK));
        assertThat(mesa.lines())
                .containsExactly("GET /v1/acme/notes/bookmarks/session%2F1", "GET /v1/acme/notes/changes/" + WORK);
    }

    @Test
    void branchingTakesTheBookmarkOfAFasterAttempt() {
        var other = "x".repeat(32);
        mesa.answer(404, ABSENT)
                .answer(200, bookmark("main", BASE))
                .answer(201, change(WORK, BASE))
                .answer(409, "{\"error\":{\"code\":\"X\",\"message\":\"exists\"}}")
                .answer(200, bookmark("session/1", other))
                .answer(200, change(other, BASE));

        assertThat(workspaces.branch("notes", "main", "session/1", "m")).isEqualTo(new Branched(BASE, other));
    }

    @Test
    void branchingWorksInARepositoryThatWasNeverWritten() {
        mesa.answer(404, ABSENT)
                .answer(404, ABSENT)
                .answer(200, repo("notes", Tip.ROOT))
                .answer(201, change(WORK))
                .answer(201, bookmark("session/1", WORK));

        assertThat(workspaces.branch("notes", "main", "session/1", "m")).isEqualTo(new Branched(Tip.ROOT, WORK));
    }

    @Test
    void branchingFromABookmarkThatIsNotThereIsRejected() {
        mesa.answer(404, ABSENT).answer(404, ABSENT).answer(200, repo("notes", BASE));

        var failure = catchThrowableOfType(
                RemoteFailure.Rejected.class, () -> workspaces.branch("notes", "develop", "session/1", "m"));

        assertThat(failure.isAbsent()).isTrue();
        assertThat(failure).hasMessageContaining("no bookmark develop in notes");
    }

    @Test
    void branchingIsUnknownWhenTheAnswerToTheBookmarkIsLost() {
        mesa.answer(404, ABSENT)
                .answer(200, bookmark("main", BASE))
                .answer(201, change(WORK, BASE))
                .drop();

        assertThatThrownBy(() -> workspaces.branch("notes", "main", "session/1", "m"))
                .isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void theTipIsAChangeAndItsCommit() {
        mesa.answer(200, bookmark("main", BASE)).answer(200, change(BASE, Tip.ROOT));

        assertThat(workspaces.tip("notes", "main")).isEqualTo(new Tip(BASE, COMMIT));
    }

    @Test
    void theTipOfARepositoryThatWasNeverWrittenIsTheRoot() {
        mesa.answer(200, bookmark("main", Tip.ROOT));

        assertThat(workspaces.tip("notes", "main")).isEqualTo(new Tip(Tip.ROOT, "0".repeat(40)));
    }

    @Test
    void aNameIsEncodedDownToItsLastCharacter() {
        mesa.answer(404, ABSENT);

        workspaces.deleteBookmark("notes", "a/b%2F?#;ä+&");

        assertThat(mesa.lines()).containsExactly("DELETE /v1/acme/notes/bookmarks/a%2Fb%252F%3F%23%3B%C3%A4%2B%26");
    }

    // merging

    @Test
    void aMergeMovesTheTarget() {
        mesa.answer(200, merge("merge_commit", true));

        assertThat(workspaces.merge("notes", "session/1", "main", WORK, "Session 1", true))
                .isEqualTo(new Merged.Clean(BASE, COMMIT));

        var request = mesa.received().getFirst();
        assertThat(request.line()).isEqualTo("POST /v1/acme/notes/bookmarks/merge");
        assertThat(request.body())
                .contains("\"target\":\"main\"")
                .contains("\"source\":\"session/1\"")
                .contains("\"delete_source\":true")
                .contains("\"message\":\"Session 1\"");
    }

    @Test
    void aMergeOfNothingSaysSoAndStillDeletesTheSourceIfAsked() {
        mesa.answer(200, merge("no_op", false)).answer(200, "{\"success\":true}");

        assertThat(workspaces.merge("notes", "session/1", "main", WORK, "m", true))
                .isEqualTo(new Merged.NothingToDo());
        assertThat(mesa.lines()).last().isEqualTo("DELETE /v1/acme/notes/bookmarks/session%2F1");
    }

    @Test
    void aMergeKeepsTheSourceUnlessAsked() {
        mesa.answer(200, merge("merge_commit", false));

        workspaces.merge("notes", "session/1", "main", WORK, "m", false);

        assertThat(mesa.received()).hasSize(1);
        assertThat(mesa.received().getFirst().body()).contains("\"delete_source\":false");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"conflict_paths\":[\"b.txt\",\"a.txt\"]}",
                "{\"conflicts\":[{\"path\":\"b.txt\",\"hunks\":[{\"hunk_id\":\"h1\"}]},{\"path\":\"a.txt\"}]}",
            })
    void aConflictNamesItsFiles(String details) {
        mesa.answer(
                409,
                "{\"error\":{\"code\":\"MERGE_CONFLICT\",\"message\":\"conflict\",\"details\":%s}}".formatted(details));

        assertThat(workspaces.merge("notes", "session/1", "main", WORK, "m", true))
                .isEqualTo(new Merged.Conflict(List.of("a.txt", "b.txt")));
    }

    @Test
    void aConflictMayNameNoFile() {
        mesa.answer(409, "{\"error\":{\"code\":\"MERGE_CONFLICT\",\"message\":\"conflict\"}}");

        assertThat(workspaces.merge("notes", "session/1", "main", WORK, "m", true))
                .isEqualTo(new Merged.Conflict(List.of()));
    }

    @Test
    void aWriteThatMeetsAnotherIsBusy() {
        mesa.answer(409, "{\"error\":{\"code\":\"LOCK_CONFLICT\",\"message\":\"locked\"}}");

        assertThatThrownBy(() -> workspaces.merge("notes", "session/1", "main", WORK, "m", true))
                .isInstanceOf(RemoteFailure.Busy.class);
        assertThat(mesa.received()).hasSize(1);
    }

    @Test
    void aMergeWhoseAnswerIsLostIsUnknownAndRepeatedFindsTheWorkInTheTarget() {
        mesa.drop()
                .answer(404, ABSENT)
                .answer(404, ABSENT)
                .answer(200, "{\"has_more\":true,\"next_cursor\":\"2\",\"changes\":[%s]}".formatted(change(BASE)))
                .answer(200, "{\"has_more\":false,\"next_cursor\":null,\"changes\":[%s]}".formatted(change(WORK)))
                .answer(200, bookmark("main", BASE))
                .answer(200, change(BASE, WORK));

        assertThatThrownBy(() -> workspaces.merge("notes", "session/1", "main", WORK, "m", true))
                .isInstanceOf(RemoteFailure.Unknown.class);
        assertThat(workspaces.merge("notes", "session/1", "main", WORK, "m", true))
                .isEqualTo(new Merged.Clean(BASE, COMMIT));
        assertThat(mesa.lines()).contains("GET /v1/acme/notes/changes?limit=100&bookmark=main&cursor=2");
    }

    @Test
    void aMergeOfASourceThatIsGoneAndNotInTheTargetIsRejected() {
        mesa.answer(404, ABSENT)
                .answer(404, ABSENT)
                .answer(200, "{\"has_more\":false,\"next_cursor\":null,\"changes\":[%s]}".formatted(change(BASE)));

        assertThatThrownBy(() -> workspaces.merge("notes", "session/1", "main", WORK, "m", true))
                .isInstanceOf(RemoteFailure.Rejected.class);
    }

    @Test
    void aMergeIntoNothingIsRejected() {
        mesa.answer(404, ABSENT).answer(200, bookmark("session/1", WORK));

        assertThatThrownBy(() -> workspaces.merge("notes", "session/1", "gone", WORK, "m", true))
                .isInstanceOf(RemoteFailure.Rejected.class);
    }

    @Test
    void aDiffListsFilesWithThoseInConflict() {
        mesa.answer(200, """
                {"stats":{"entries":2,"additions":5,"deletions":1,"changes":6,"conflicted_entries":1},"truncated":false,
                 "entries":[{"path":"a","status":"added","old_path":null,"hunks":[{"lines":[]}]},
                            {"path":"c","status":"renamed","old_path":"b","hunks":null}],
                 "conflicted_entries":[{"path":"d","hunks":[]}]}
                """);

        assertThat(workspaces.diff("notes", BASE, WORK))
                .isEqualTo(new DiffSummary(
                        3,
                        5,
                        1,
                        false,
                        List.of(
                                new DiffSummary.Entry("a", "added", null),
                                new DiffSummary.Entry("c", "renamed", "b"),
                                new DiffSummary.Entry("d", "conflicted", null))));
        assertThat(mesa.lines())
                .containsExactly("GET /v1/acme/notes/diff?base_change_id=%s&head_change_id=%s".formatted(BASE, WORK));
    }

    @Test
    void aMesaThatCannotBeReachedIsBusy() {
        mesa.close();

        assertThatThrownBy(() -> workspaces.tip("notes", "main")).isInstanceOf(RemoteFailure.Busy.class);
    }

    private Workspaces with(@Nullable String key, @Nullable String organisation) {
        return new Workspaces(settings(key, null, organisation), new Remotes(), NOON, () -> -1L);
    }

    private MesaSettings settings(@Nullable String key, @Nullable String privateKey, @Nullable String organisation) {
        return new MesaSettings(
                key,
                privateKey,
                organisation,
                URI.create(mesa.uri() + "/v1"),
                Duration.ofSeconds(20),
                "0.46.0",
                "auto",
                "Caprock",
                null,
                null);
    }

    private static String identity(String org, String... scopes) {
        return "{\"org\":{\"id\":\"org_1\",\"slug\":\"%s\",\"name\":\"Org\"},\"key_id\":\"key_0\",\"scopes\":[\"%s\"]}"
                .formatted(org, String.join("\",\"", scopes));
    }

    private static String repo(String name, String head) {
        return "{\"id\":\"repo_1\",\"org\":\"acme\",\"name\":\"%s\",\"default_bookmark\":\"main\",\"head_change_id\":\"%s\"}"
                .formatted(name, head);
    }

    private static String bookmark(String name, String change) {
        return "{\"name\":\"%s\",\"change_id\":\"%s\",\"is_default\":false}".formatted(name, change);
    }

    private static String change(String id, String... parents) {
        var list = parents.length == 0 ? "" : "\"%s\"".formatted(String.join("\",\"", parents));
        return "{\"id\":\"%s\",\"current_commit_oid\":\"%s\",\"message\":\"\",\"parents\":[%s]}"
                .formatted(id, COMMIT, list);
    }

    private static String merge(String type, boolean sourceDeleted) {
        return "{\"merge_type\":\"%s\",\"is_conflicted\":false,\"commit_oid\":\"%s\",\"change_id\":\"%s\",\"source_deleted\":%s}"
                .formatted(type, COMMIT, BASE, sourceDeleted);
    }

    private static String claims(String token) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
    }

    private static String printed(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
