package dev.caprock.workspace;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.service.annotation.DeleteExchange;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * Mesa's REST interface, as {@code @mesadev/rest} 0.38.0 of June 2026 declares it, as far as we use it. Variables are encoded
 * strictly, {@code /} included. Constructors refuse an answer that lacks what we build on.
 */
interface MesaApi {

    @GetExchange("/whoami")
    Identity whoami();

    @GetExchange("/whoami")
    Identity whoami(@RequestHeader(HttpHeaders.AUTHORIZATION) String bearer);

    @PostExchange("/{org}/api-keys")
    CreatedKey createKey(@PathVariable String org, @RequestBody NewKey key);

    @GetExchange("/{org}/api-keys?limit=100&status=active")
    KeyPage keys(
            @PathVariable String org,
            @RequestParam String query,
            @RequestParam(required = false) @Nullable String cursor);

    @DeleteExchange("/{org}/api-keys/{id}")
    ResponseEntity<Void> revokeKey(@PathVariable String org, @PathVariable String id);

    @GetExchange("/{org}/{repo}")
    RepoBody repo(@PathVariable String org, @PathVariable String repo);

    @PostExchange("/{org}/repos")
    RepoBody createRepo(@PathVariable String org, @RequestBody NewRepo repo);

    @GetExchange("/{org}/{repo}/bookmarks/{bookmark}")
    Bookmark bookmark(@PathVariable String org, @PathVariable String repo, @PathVariable String bookmark);

    @PostExchange("/{org}/{repo}/bookmarks")
    Bookmark createBookmark(@PathVariable String org, @PathVariable String repo, @RequestBody NewBookmark bookmark);

    @DeleteExchange("/{org}/{repo}/bookmarks/{bookmark}")
    ResponseEntity<Void> deleteBookmark(
            @PathVariable String org, @PathVariable String repo, @PathVariable String bookmark);

    @PostExchange("/{org}/{repo}/bookmarks/merge")
    MergeBody merge(@PathVariable String org, @PathVariable String repo, @RequestBody Merge merge);

    @GetExchange("/{org}/{repo}/changes/{change}")
    Change change(@PathVariable String org, @PathVariable String repo, @PathVariable String change);

    @GetExchange("/{org}/{repo}/changes?limit=100")
    ChangePage changes(
            @PathVariable String org,
            @PathVariable String repo,
            @RequestParam String bookmark,
            @RequestParam(required = false) @Nullable String cursor);

    @PostExchange("/{org}/{repo}/changes")
    Change createChange(@PathVariable String org, @PathVariable String repo, @RequestBody NewChange change);

    @GetExchange("/{org}/{repo}/diff")
    Diff diff(
            @PathVariable String org,
            @PathVariable String repo,
            @RequestParam("base_change_id") String base,
            @RequestParam("head_change_id") String head);

    @GetExchange("/{org}/{repo}/diff")
    Content content(
            @PathVariable String org,
            @PathVariable String repo,
            @RequestParam("base_change_id") String base,
            @RequestParam("head_change_id") String head);

    /** One page of a list; the next is asked for with {@code nextCursor}. */
    interface Page<T> {

        List<T> items();

        @Nullable
        String nextCursor();
    }

    record Identity(
            Org org, @JsonProperty("key_id") @Nullable String keyId, List<String> scopes) {

        public Identity {
            Objects.requireNonNull(org, "org");
            scopes = List.copyOf(scopes);
        }
    }

    record Org(String slug) {

        public Org {
            Objects.requireNonNull(slug, "org.slug");
        }
    }

    record NewKey(
            String name,
            List<String> scopes,
            @JsonProperty("repo_ids") List<String> repoIds,
            @JsonProperty("expires_in_seconds") long expiresInSeconds,
            Map<String, String> tags) {}

    record CreatedKey(String id, String key) {

        public CreatedKey {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(key, "key");
        }

        @Override
        public String toString() {
            return "CreatedKey[id=%s, key=***]".formatted(id);
        }
    }

    record KeyPage(
            @JsonProperty("api_keys") List<Key> items,
            @JsonProperty("next_cursor") @Nullable String nextCursor) implements Page<Key> {

        public KeyPage {
            items = List.copyOf(items);
        }
    }

    record Key(
            String id,
            @Nullable String name,
            @JsonProperty("expires_at") @Nullable Instant expiresAt,
            @JsonProperty("revoked_at") @Nullable Instant revokedAt,
            @JsonProperty("created_at") @Nullable Instant createdAt,
            @Nullable Map<String, String> tags) {

        public Key {
            Objects.requireNonNull(id, "id");
        }

        boolean isTagged(String tag, String value) {
            return tags != null && value.equals(tags.get(tag));
        }
    }

    record NewRepo(String name) {}

    record RepoBody(
            String id,
            String name,
            @JsonProperty("default_bookmark") String defaultBookmark,
            @JsonProperty("head_change_id") String headChange) {

        public RepoBody {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(defaultBookmark, "default_bookmark");
            Objects.requireNonNull(headChange, "head_change_id");
        }

        Repo repo() {
            return new Repo(id, name, defaultBookmark, headChange);
        }
    }

    record NewBookmark(
            String name, @JsonProperty("change_id") String change) {}

    record Bookmark(@JsonProperty("change_id") String change) {

        public Bookmark {
            Objects.requireNonNull(change, "change_id");
        }
    }

    record Merge(
            String target,
            String source,
            @JsonProperty("delete_source") boolean deleteSource,
            String message) {}

    record MergeBody(
            @JsonProperty("merge_type") String type,
            @JsonProperty("change_id") String change,
            @JsonProperty("commit_oid") String commit,
            @JsonProperty("source_deleted") boolean sourceDeleted) {

        public MergeBody {
            Objects.requireNonNull(type, "merge_type");
            Objects.requireNonNull(change, "change_id");
            Objects.requireNonNull(commit, "commit_oid");
        }
    }

    record NewChange(@JsonProperty("base_change_id") String base, String message) {}

    record Change(
            String id, @JsonProperty("current_commit_oid") String commit, List<String> parents) {

        public Change {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(commit, "current_commit_oid");
            parents = List.copyOf(parents);
        }
    }

    record ChangePage(
            List<Change> changes,
            @JsonProperty("next_cursor") @Nullable String nextCursor) implements Page<Change> {

        public ChangePage {
            changes = List.copyOf(changes);
        }

        @Override
        public List<Change> items() {
            return changes;
        }
    }

    /** A diff with its lines; see {@link DiffReader}. */
    @JsonDeserialize(using = DiffReader.class)
    record Content(RepoDiff diff) {}

    record Diff(
            Stats stats,
            boolean truncated,
            List<Entry> entries,
            @JsonProperty("conflicted_entries") List<Conflicted> conflicted) {

        public Diff {
            Objects.requireNonNull(stats, "stats");
            entries = List.copyOf(entries);
            conflicted = List.copyOf(conflicted);
        }

        /** Of the files, {@code stats} may count those that a truncated list leaves out. */
        DiffSummary summary() {
            var files = new ArrayList<DiffSummary.Entry>();
            entries.forEach(entry -> files.add(new DiffSummary.Entry(entry.path, entry.status, entry.oldPath)));
            conflicted.forEach(entry -> files.add(new DiffSummary.Entry(entry.path, "conflicted", null)));
            int count = Math.max(stats.entries, files.size());
            return new DiffSummary(count, stats.additions, stats.deletions, truncated, files);
        }

        record Stats(int entries, int additions, int deletions) {}

        record Entry(
                String path,
                String status,
                @JsonProperty("old_path") @Nullable String oldPath) {}

        record Conflicted(String path) {}
    }
}
