package dev.caprock.simulator.mesa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MesaSimulatorTest {
    private static final String AUTHOR = "\"author\":{\"name\":\"A\",\"email\":\"a@example.com\"},\"message\":\"m\"";

    private final MesaSimulator mesa = MesaSimulator.start();
    private final Wire root = new Wire(mesa, mesa.rootKey());

    @AfterEach
    void stop() {
        mesa.close();
    }

    @Test
    void whoami_tells_organisation_key_and_scopes() throws Exception {
        Wire.Reply reply = root.get("/whoami");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.at("/org/slug")).isEqualTo("acme");
        assertThat(reply.at("/key_id")).isEqualTo("key_root");
        assertThat(reply.json().path("scopes").size()).isEqualTo(3);
        assertThat(root.get("/acme").json().path("num_repos").asInt()).isZero();
    }

    @Test
    void an_unknown_credential_is_refused_with_the_error_envelope() throws Exception {
        Wire.Reply reply = new Wire(mesa, "mesa_unknown").get("/whoami");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.at("/error/code")).isEqualTo("UNAUTHENTICATED");
        assertThat(reply.at("/error/message")).isNotBlank();
    }

    @Test
    void an_unknown_error_code_is_a_setting() throws Exception {
        mesa.errorAnswer(Problem.NOT_FOUND, 404, "REPO_GONE");

        assertThat(root.get("/acme/nothing").at("/error/code")).isEqualTo("REPO_GONE");
        assertThat(root.get("/strange/nothing").status()).isEqualTo(403);
    }

    @Test
    void a_key_lives_until_it_expires_or_is_revoked() throws Exception {
        Wire.Reply created = root.post("/acme/api-keys", "{\"name\":\"session-1\",\"expires_in_seconds\":100}");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().has("expires_at")).isFalse();
        Wire key = new Wire(mesa, created.at("/key"));
        String id = created.at("/id");
        assertThat(key.get("/whoami").at("/key_id")).isEqualTo(id);
        assertThat(mesa.liveKeys()).extracting(LiveKey::id).containsExactly(id);

        mesa.clock(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(100)));
        assertThat(key.get("/whoami").status()).isEqualTo(401);
        assertThat(mesa.liveKeys()).isEmpty();

        mesa.clock(Clock.systemUTC());
        assertThat(root.delete("/acme/api-keys/" + id).json().path("success").asBoolean())
                .isTrue();
        assertThat(key.get("/whoami").status()).isEqualTo(401);
        assertThat(mesa.liveKeys()).isEmpty();
        assertThat(root.delete("/acme/api-keys/key_none").status()).isEqualTo(404);
    }

    @Test
    void the_life_of_a_key_has_bounds() throws Exception {
        assertThat(statusOfKeyFor(99)).isEqualTo(400);
        assertThat(statusOfKeyFor(100)).isEqualTo(201);
        assertThat(statusOfKeyFor(31_536_000)).isEqualTo(201);
        assertThat(statusOfKeyFor(31_536_001)).isEqualTo(400);
    }

    @Test
    void keys_are_found_by_name_status_scope_and_repository() throws Exception {
        String repo = mesa.createRepo("r", Map.of());
        root.post("/acme/api-keys", "{\"name\":\"Session-1\",\"repo_ids\":[\"" + repo + "\"]}");
        String id = root.post("/acme/api-keys", "{\"name\":\"session-2\",\"scopes\":[\"read\"]}")
                .at("/id");
        root.delete("/acme/api-keys/" + id);

        assertThat(names("query=session")).containsExactly("Session-1", "session-2");
        assertThat(names("query=session&status=active")).containsExactly("Session-1");
        assertThat(names("status=revoked")).containsExactly("session-2");
        assertThat(names("status=expired")).isEmpty();
        assertThat(names("scope=admin")).containsExactly("root");
        assertThat(names("repo_id=" + repo)).containsExactly("Session-1");
        assertThat(root.get("/acme/api-keys?status=odd").status()).isEqualTo(400);
        assertThat(root.get("/acme/api-keys").text()).doesNotContain(mesa.rootKey());
    }

    @Test
    void a_restricted_key_reaches_only_its_repositories_and_scopes() throws Exception {
        String mine = mesa.createRepo("mine", Map.of("a", "a"));
        mesa.createRepo("other", Map.of());
        String body = "{\"scopes\":[\"read\"],\"repo_ids\":[\"" + mine + "\"]}";
        Wire reader = new Wire(mesa, root.post("/acme/api-keys", body).at("/key"));

        assertThat(reader.get("/acme/mine").status()).isEqualTo(200);
        assertThat(reader.get("/acme/other").status()).isEqualTo(403);
        assertThat(reader.get("/acme/repos").json().path("repos").size()).isEqualTo(1);
        assertThat(reader.delete("/acme/mine").status()).isEqualTo(403);
        assertThat(reader.post("/acme/api-keys", "{}").status()).isEqualTo(403);
    }

    @Test
    void pages_show_each_item_once() throws Exception {
        for (int i = 0; i < 5; i++) {
            mesa.createRepo("r" + i, Map.of());
        }
        List<String> names = new ArrayList<>();
        String query = "?limit=2";
        int pages = 0;
        JsonNode page;
        do {
            page = root.get("/acme/repos" + query).json();
            page.path("repos").forEach(repo -> names.add(repo.path("name").asString()));
            query = "?limit=2&cursor=" + page.path("next_cursor").asString("");
            pages++;
        } while (page.path("has_more").asBoolean());

        assertThat(pages).isEqualTo(3);
        assertThat(page.path("next_cursor").isNull()).isTrue();
        assertThat(names).containsExactly("r0", "r1", "r2", "r3", "r4");
        assertThat(root.get("/acme/repos?limit=0").status()).isEqualTo(400);
        assertThat(root.get("/acme/repos?limit=101").status()).isEqualTo(400);
        assertThat(root.get("/acme/repos?limit=100").status()).isEqualTo(200);
    }

    @Test
    void a_repository_is_made_changed_and_deleted() throws Exception {
        Wire.Reply created = root.post("/acme/repos", "{\"name\":\"new\",\"tags\":{\"Team\":\"a\"}}");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.at("/head_change_id")).isEqualTo(Change.ROOT);
        assertThat(created.at("/default_bookmark")).isEqualTo("main");
        assertThat(created.at("/tags/team")).isEqualTo("a");

        assertThat(root.post("/acme/repos", "{\"name\":\"NEW\"}").status()).isEqualTo(409);
        assertThat(root.post("/acme/repos", "{\"name\":\"repos\"}").status()).isEqualTo(400);
        assertThat(root.post("/acme/repos", "{\"name\":\"a/b\"}").status()).isEqualTo(400);
        assertThat(root.patch("/acme/new", "{\"name\":\"newer\"}").at("/name")).isEqualTo("newer");
        assertThat(root.delete("/acme/newer").status()).isEqualTo(200);
        assertThat(root.get("/acme/newer").status()).isEqualTo(404);
    }

    @Test
    void the_first_change_of_an_empty_repository_moves_its_default_bookmark_and_no_later_one_does() throws Exception {
        mesa.createRepo("r", Map.of());

        Wire.Reply first = change(Change.ROOT, upsert("a.txt", "a"));
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.at("/id")).matches("[k-z]{32}");
        assertThat(mesa.bookmark("r", "main").changeId()).isEqualTo(first.at("/id"));

        Wire.Reply second = change(first.at("/id"), upsert("b.txt", "b"));
        assertThat(mesa.bookmark("r", "main").changeId()).isEqualTo(first.at("/id"));
        assertThat(root.get("/acme/r/changes/" + second.at("/id"))
                        .json()
                        .path("files")
                        .size())
                .isEqualTo(2);
        assertThat(change("k".repeat(32), upsert("c.txt", "c")).status()).isEqualTo(404);
    }

    @Test
    void a_patch_keeps_the_change_and_moves_its_commit() throws Exception {
        mesa.createRepo("r", Map.of("a.txt", "a", "b.txt", "b"));
        Bookmark before = mesa.bookmark("r", "main");
        String path = "/acme/r/changes/" + before.changeId();
        String child = change(before.changeId(), upsert("c.txt", "c")).at("/id");

        String edit = "{\"files\":[" + upsert("a.txt", "new") + ",{\"path\":\"b.txt\",\"action\":\"delete\"}],"
                + "\"author\":{\"name\":\"A\"},\"base_commit_oid\":\"" + before.commitOid() + "\"}";
        assertThat(root.patch(path, edit).status()).isEqualTo(200);

        Bookmark after = mesa.bookmark("r", "main");
        assertThat(after.changeId()).isEqualTo(before.changeId());
        assertThat(after.commitOid()).isNotEqualTo(before.commitOid()).matches("[0-9a-f]{40}");
        assertThat(mesa.files("r", "main").keySet()).containsExactly("a.txt");
        assertThat(root.get("/acme/r/content?path=a.txt&change_id=" + child, "application/octet-stream")
                        .text())
                .isEqualTo("new");
        assertThat(root.patch(path, edit).status()).isEqualTo(409);
        assertThat(root.patch(path, "{}").at("/current_commit_oid")).isEqualTo(after.commitOid());
        assertThat(root.patch(path, "{\"files\":[" + upsert("../x", "x") + "]," + AUTHOR + "}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_bookmark_with_a_slash_is_one_segment() throws Exception {
        String head = seeded();
        Wire.Reply created = root.post("/acme/r/bookmarks", "{\"name\":\"session/42\",\"change_id\":\"" + head + "\"}");

        assertThat(created.status()).isEqualTo(201);
        assertThat(root.get("/acme/r/bookmarks/session%2F42").at("/change_id")).isEqualTo(head);
        assertThat(root.get("/acme/r/bookmarks/session/42").status()).isEqualTo(404);
        assertThat(root.get("/acme/r/bookmarks?glob=session*")
                        .json()
                        .path("bookmarks")
                        .size())
                .isEqualTo(1);
        assertThat(root.delete("/acme/r/bookmarks/session%2F42").status()).isEqualTo(200);
        assertThat(root.delete("/acme/r/bookmarks/main").status()).isEqualTo(409);
    }

    @Test
    void a_bookmark_moves_forward_only_unless_told_otherwise() throws Exception {
        String old = seeded();
        String next = change(old, upsert("b.txt", "b")).at("/id");

        assertThat(move(next, false).at("/from_change_id")).isEqualTo(old);
        assertThat(move(old, false).status()).isEqualTo(409);
        assertThat(mesa.bookmark("r", "main").changeId()).isEqualTo(next);
        assertThat(move(old, true).status()).isEqualTo(200);
    }

    @Test
    void a_merge_brings_both_sides_together_and_a_second_one_does_nothing() throws Exception {
        branched("b.txt", "theirs", "c.txt", "ours");

        Wire.Reply merged = merge("\"delete_source\":true");

        assertThat(merged.status()).isEqualTo(200);
        assertThat(merged.at("/merge_type")).isEqualTo("merge_commit");
        assertThat(merged.json().path("source_deleted").asBoolean()).isTrue();
        assertThat(merged.at("/change_id")).isEqualTo(mesa.bookmark("r", "main").changeId());
        assertThat(mesa.files("r", "main").keySet()).containsExactly("a.txt", "b.txt", "c.txt");
        assertThat(mesa.bookmarks("r")).containsExactly("main");

        root.post("/acme/r/bookmarks", "{\"name\":\"side\",\"change_id\":\"" + merged.at("/change_id") + "\"}");
        assertThat(merge("").at("/merge_type")).isEqualTo("no_op");
    }

    @Test
    void a_conflict_leaves_all_as_it_was_until_it_is_resolved() throws Exception {
        branched("a.txt", "theirs", "a.txt", "ours");
        Bookmark before = mesa.bookmark("r", "main");

        Wire.Reply refused = merge("");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/error/code")).isEqualTo("MERGE_CONFLICT");
        assertThat(refused.at("/error/details/conflict_paths/0")).isEqualTo("a.txt");
        assertThat(mesa.bookmark("r", "main")).isEqualTo(before);

        String hunk = refused.at("/error/details/conflicts/0/hunks/0/hunk_id");
        Wire.Reply resolved = merge("\"resolutions\":[{\"path\":\"a.txt\",\"hunks\":[{\"hunk_id\":\"" + hunk
                + "\",\"take\":\"source\"}]}]");
        assertThat(resolved.status()).isEqualTo(200);
        assertThat(mesa.file("r", "main", "a.txt"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("theirs");
    }

    @Test
    void a_conflicted_change_takes_resolutions_and_nothing_else() throws Exception {
        branched("a.txt", "theirs", "a.txt", "ours");
        Wire.Reply merged = merge("\"allow_conflicted\":true");
        assertThat(merged.json().path("is_conflicted").asBoolean()).isTrue();
        String path = "/acme/r/changes/" + merged.at("/change_id");

        Wire.Reply refused = root.patch(path, "{\"message\":\"x\"}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/error/details/conflict_paths/0")).isEqualTo("a.txt");
        assertThat(root.get(path).at("/conflicts/0")).isEqualTo("a.txt");

        assertThat(root.patch(path, "{\"resolutions\":[{\"path\":\"a.txt\",\"take\":\"target\"}]}")
                        .json()
                        .path("is_conflicted")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void a_diff_tells_what_changed_as_json_and_as_a_patch() throws Exception {
        mesa.createRepo("r", Map.of("a.txt", "1\n2\n3\n", "gone.txt", "g\n", "bin", "\0"));
        String base = mesa.bookmark("r", "main").changeId();
        String files = upsert("a.txt", "1\nzwei\n3\n") + "," + upsert("new.txt", "n\n") + "," + upsert("bin", "\0\0")
                + ",{\"path\":\"gone.txt\",\"action\":\"delete\"}";
        String path = "/acme/r/diff?base_change_id=" + base + "&head_change_id="
                + change(base, files).at("/id");

        JsonNode diff = root.get(path).json();

        assertThat(diff.at("/stats/entries").asInt()).isEqualTo(4);
        assertThat(diff.at("/stats/additions").asInt()).isEqualTo(2);
        assertThat(diff.at("/stats/deletions").asInt()).isEqualTo(2);
        assertThat(diff.at("/entries/0/status").asString()).isEqualTo("modified");
        assertThat(diff.at("/entries/0/hunks/0/lines/1/text").asString()).isEqualTo("2");
        assertThat(diff.at("/entries/1/omitted_reason").asString()).isEqualTo("binary");
        assertThat(diff.at("/entries/2/status").asString()).isEqualTo("deleted");
        assertThat(root.get(path, "text/plain").text())
                .contains("--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n 1\n-2\n+zwei\n 3\n")
                .contains("+++ /dev/null");
        assertThat(root.get("/acme/r/diff?base_change_id=" + base).status()).isEqualTo(400);
        mesa.diffLimit(1);
        assertThat(root.get(path).json().path("truncated").asBoolean()).isTrue();
    }

    @Test
    void content_is_a_file_a_folder_or_raw_bytes() throws Exception {
        mesa.createRepo("r", Map.of("dir/a.txt", "hello", "b.txt", "b"));

        assertThat(root.get("/acme/r/content?path=dir%2Fa.txt").at("/content")).isEqualTo("aGVsbG8=");
        assertThat(root.get("/acme/r/content?path=dir/a.txt").at("/sha"))
                .isEqualTo("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
        assertThat(root.get("/acme/r/content").json().path("entries").size()).isEqualTo(2);
        assertThat(root.get("/acme/r/content?depth=0").json().path("entries").size())
                .isZero();
        assertThat(root.get("/acme/r/content?depth=2").at("/entries/1/entries/0/path"))
                .isEqualTo("dir/a.txt");
        assertThat(root.get("/acme/r/content?path=b.txt", "application/octet-stream")
                        .text())
                .isEqualTo("b");
        assertThat(root.get("/acme/r/content?path=dir", "application/octet-stream")
                        .status())
                .isEqualTo(406);
        assertThat(root.get("/acme/r/content?path=none").status()).isEqualTo(404);
    }

    @Test
    void changes_are_listed_newest_first() throws Exception {
        String first = seeded();
        String second = mesa.commit("r", "main", Map.of("b.txt", "b"));

        JsonNode changes = root.get("/acme/r/changes?bookmark=main").json().path("changes");

        assertThat(changes.at("/0/id").asString()).isEqualTo(second);
        assertThat(changes.at("/1/id").asString()).isEqualTo(first);
        assertThat(changes.at("/0/parents/0").asString()).isEqualTo(first);
    }

    @Test
    void webhook_targets_are_kept() throws Exception {
        Wire.Reply created = root.post("/acme/webhook-targets", "{\"url\":\"https://example.com/hook\"}");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.at("/secret")).startsWith("whsec_");
        assertThat(created.at("/events/0")).isEqualTo("push");

        String path = "/acme/webhook-targets/" + created.at("/id");
        assertThat(root.patch(path, "{\"events\":[\"change.evolved\"]}").at("/events/0"))
                .isEqualTo("change.evolved");
        assertThat(root.get(path).text()).doesNotContain("whsec_");
        assertThat(root.delete(path).status()).isEqualTo(200);
        assertThat(root.get("/acme/webhook-targets")
                        .json()
                        .path("webhook_targets")
                        .size())
                .isZero();
        assertThat(root.post("/acme/webhook-targets", "{\"url\":\"http://example.com\"}")
                        .status())
                .isEqualTo(400);
    }

    private int statusOfKeyFor(long seconds) throws IOException, InterruptedException {
        return root.post("/acme/api-keys", "{\"expires_in_seconds\":" + seconds + "}")
                .status();
    }

    private List<String> names(String query) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        root.get("/acme/api-keys?" + query)
                .json()
                .path("api_keys")
                .forEach(key -> names.add(key.path("name").asString()));
        return names;
    }

    private String seeded() {
        mesa.createRepo("r", Map.of("a.txt", "a"));
        return mesa.bookmark("r", "main").changeId();
    }

    /** A bookmark {@code side} with one file, and {@code main} with another, both on top of {@code a.txt}. */
    private void branched(String sidePath, String sideText, String mainPath, String mainText)
            throws IOException, InterruptedException {
        String base = seeded();
        root.post("/acme/r/bookmarks", "{\"name\":\"side\",\"change_id\":\"" + base + "\"}");
        mesa.commit("r", "side", Map.of(sidePath, sideText));
        mesa.commit("r", "main", Map.of(mainPath, mainText));
    }

    private Wire.Reply merge(String more) throws IOException, InterruptedException {
        String comma = more.isEmpty() ? "" : ",";
        return root.post("/acme/r/bookmarks/merge", "{\"target\":\"main\",\"source\":\"side\"" + comma + more + "}");
    }

    private Wire.Reply move(String change, boolean backwards) throws IOException, InterruptedException {
        return root.patch(
                "/acme/r/bookmarks/main", "{\"change_id\":\"" + change + "\",\"allow_backwards\":" + backwards + "}");
    }

    private Wire.Reply change(String base, String files) throws IOException, InterruptedException {
        return root.post(
                "/acme/r/changes", "{\"base_change_id\":\"" + base + "\"," + AUTHOR + ",\"files\":[" + files + "]}");
    }

    private static String upsert(String path, String text) {
        String content = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        return "{\"path\":\"" + path + "\",\"content\":\"" + content + "\"}";
    }
}
