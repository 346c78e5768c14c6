package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.remote.StubServer;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is made of Mesa's answers; {@link PatchTest} applies patches for real. */
class DiffsTest {

    private static final String BASE = "k".repeat(32);
    private static final String WORK = "w".repeat(32);
    private static final String FURTHER = "v".repeat(32);
    private static final String MERGE = "m".repeat(32);
    private static final String OTHER = "t".repeat(32);

    private final StubServer mesa;
    private final Diffs diffs;

    DiffsTest() throws IOException {
        mesa = new StubServer();
        diffs = new Diffs(workspaces(URI.create(mesa.uri() + "/v1")));
    }

    static Workspaces workspaces(URI url) {
        return workspaces(url, "mesa_root_0123456789abcdef");
    }

    static Workspaces workspaces(URI url, @Nullable String key) {
        var settings = new MesaSettings(
                key, null, "acme", url, Duration.ofSeconds(20), "0.46.0", "auto", "Caprock", null, null);
        return new Workspaces(settings, new Remotes(), Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        mesa.close();
    }

    @Test
    void filesAreReadWithTheirLinesWhateverTheOrderOfFields() {
        mesa.answer(200, """
                {"entries": [
                   {"hunks": [{"lines": [
                        {"text": "same", "kind": "context"},
                        {"text": "old", "kind": "deleted"},
                        {"text": "new\\n", "kind": "added"},
                        {"text": "No newline at end of file", "kind": "annotation"}],
                      "new_start": 4, "new_lines": 2, "old_start": 3, "old_lines": 2}],
                    "omitted_reason": null, "is_conflicted": false, "old_path": null, "status": "modified", "path": "a"}],
                 "conflicted_entries": [], "truncated": false, "more": {"to": ["come"]},
                 "stats": {"entries": 1, "additions": 1, "deletions": 1, "changes": 2}}""");

        RepoDiff diff = diffs.between("notes", BASE, WORK);

        assertThat(diff.additions()).isEqualTo(1);
        assertThat(diff.truncated()).isFalse();
        assertThat(diff.files()).singleElement().satisfies(file -> {
            assertThat(file.additions()).isEqualTo(1);
            assertThat(file.deletions()).isEqualTo(1);
            assertThat(file.patch("")).isEqualTo("""
                    diff --git a/a b/a
                    --- a/a
                    +++ b/a
                    @@ -3,2 +4,2 @@
                     same
                    -old
                    +new
                    \\ No newline at end of file
                    """);
        });
        assertThat(mesa.lines())
                .containsExactly("GET /v1/acme/notes/diff?base_change_id=%s&head_change_id=%s".formatted(BASE, WORK));
    }

    @Test
    void whatHasNoLinesSaysWhyAndMakesNoPatch() {
        mesa.answer(200, answer("""
                {"path": "logo.png", "status": "modified", "hunks": null, "omitted_reason": "binary"},
                {"path": "big", "status": "added", "hunks": null, "omitted_reason": "too_large"},
                {"path": "run.sh", "status": "modified", "hunks": [], "omitted_reason": null}""", """
                {"path": "both", "hunks": [{"hunk_id": "1", "target": {"content": "YQ=="}}]}""", true));

        RepoDiff diff = diffs.between("notes", BASE, WORK);

        assertThat(diff.truncated()).isTrue();
        assertThat(diff.files())
                .extracting(FileDiff::path, FileDiff::status, FileDiff::omitted)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("logo.png", "modified", "binary"),
                        org.assertj.core.groups.Tuple.tuple("big", "added", "too_large"),
                        org.assertj.core.groups.Tuple.tuple("run.sh", "modified", null),
                        org.assertj.core.groups.Tuple.tuple("both", "conflicted", "conflict"));
        assertThat(diff.files()).allSatisfy(file -> assertThat(file.patch("")).isEmpty());
    }

    @Test
    void aFileThatIsTooMuchIsCountedButNotKept() {
        String much = "x".repeat(DiffReader.ROOM / 2);
        mesa.answer(
                200, answer(file("one", much) + "," + file("two", much, much) + "," + file("three", "y"), "", false));

        RepoDiff diff = diffs.between("notes", BASE, WORK);

        assertThat(diff.truncated()).isTrue();
        assertThat(diff.size()).isLessThanOrEqualTo(DiffReader.ROOM);
        assertThat(diff.files()).extracting(FileDiff::omitted).containsExactly(null, "diff_limit", null);
        assertThat(diff.files()).extracting(FileDiff::additions).containsExactly(1, 2, 1);
    }

    @Test
    void filesWithoutEndAreNotAllNamed() {
        var files = new StringBuilder(file("first", "x"));
        for (int i = 0; i < DiffReader.FILES; i++) {
            files.append(",{\"path\":\"f").append(i).append("\",\"status\":\"added\",\"hunks\":[]}");
        }
        mesa.answer(200, answer(files.toString(), "", false));

        RepoDiff diff = diffs.between("notes", BASE, WORK);

        assertThat(diff.files()).hasSize(DiffReader.FILES);
        assertThat(diff.truncated()).isTrue();
    }

    @Test
    void anAnswerThatIsNoDiffIsNotTakenForAnEmptyOne() {
        mesa.answer(200, "{\"truncated\": false, \"entries\": []}").answer(200, "{\"entries\": {}}");

        assertThatThrownBy(() -> diffs.between("notes", BASE, WORK)).isInstanceOf(RemoteFailure.Unknown.class);
        assertThatThrownBy(() -> diffs.between("notes", BASE, WORK)).isInstanceOf(RemoteFailure.Unknown.class);
    }

    @Test
    void severalDiffsShareTheirRoom() {
        mesa.answer(200, answer(file("one", "x".repeat(100)) + "," + file("two", "y"), "", false));
        RepoDiff diff = diffs.between("notes", BASE, WORK);

        assertThat(diff.within(diff.size())).isSameAs(diff);
        assertThat(diff.within(50).truncated()).isTrue();
        assertThat(diff.within(50).files()).extracting(FileDiff::omitted).containsExactly("diff_limit", null);
    }

    // whose changes

    @Test
    void whatASessionLeftOnItsOwnBookmarkIsItsOwn() {
        assertThat(diffs.own("notes", WORK, WORK)).isEqualTo(WORK);
        assertThat(mesa.lines()).isEmpty();

        mesa.answer(200, change(FURTHER, WORK));
        assertThat(diffs.own("notes", WORK, FURTHER)).isEqualTo(FURTHER);
    }

    @Test
    void ofAMergeOnlyTheSessionsSideIsItsOwn() {
        mesa.answer(200, change(MERGE, OTHER, WORK));
        assertThat(diffs.own("notes", WORK, MERGE)).isEqualTo(WORK);

        mesa.answer(200, change(MERGE, OTHER, FURTHER)).answer(200, change(FURTHER, WORK));
        assertThat(diffs.own("notes", WORK, MERGE)).isEqualTo(FURTHER);
    }

    @Test
    void whatOthersAddedOnTopOfTheMergeIsNotTheSessions() {
        mesa.answer(200, change(OTHER, MERGE)).answer(200, change(MERGE, BASE, WORK));
        assertThat(diffs.own("notes", WORK, OTHER)).isEqualTo(WORK);
    }

    @Test
    void whereTheSessionsChangeIsNotFoundItAloneCounts() {
        mesa.answer(200, change(OTHER, BASE)).answer(200, change(BASE));
        assertThat(diffs.own("notes", WORK, OTHER)).isEqualTo(WORK);
    }

    private static String change(String id, String... parents) {
        var list = parents.length == 0 ? "" : "\"%s\"".formatted(String.join("\",\"", parents));
        return "{\"id\":\"%s\",\"current_commit_oid\":\"c\",\"parents\":[%s]}".formatted(id, list);
    }

    private static String file(String path, String... added) {
        var lines = new StringBuilder();
        for (String line : added) {
            lines.append(lines.isEmpty() ? "" : ",").append("{\"kind\":\"added\",\"text\":\"%s\"}".formatted(line));
        }
        return """
                {"path":"%s","status":"added","hunks":[{"old_start":0,"new_start":1,"lines":[%s]}]}""".formatted(path, lines);
    }

    private static String answer(String entries, String conflicted, boolean truncated) {
        return """
                {"stats":{"entries":1,"additions":1,"deletions":0},"truncated":%s,"entries":[%s],"conflicted_entries":[%s]}
                """.formatted(truncated, entries, conflicted);
    }
}
