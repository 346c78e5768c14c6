package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"agent-workspace", "A", "a.b_c-9", "...", "git", "repositories", "x.gitx"})
    void aRepositoryMayBeCalled(String name) {
        assertThat(RepoName.problem(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "acme/repo",
                "a b",
                "é",
                "x.git",
                "x.GIT",
                "repo",
                "Repos",
                "api-key",
                "API-KEYS",
                "a\n"
            })
    void aRepositoryMayNotBeCalled(String name) {
        assertThat(RepoName.problem(name)).get().asString().isNotBlank();
    }

    @Test
    void aRepositoryNameEndsAtAHundredCharacters() {
        assertThat(RepoName.problem("a".repeat(100))).isEmpty();
        assertThat(RepoName.problem("a".repeat(101))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "session/ses_1", "feature/a/b", "größe", "a..b", "merge", "a%2Fb", "who?#"})
    void aBookmarkMayBeCalled(String name) {
        assertThat(BookmarkName.problem(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/..", "../a", "a//b", "/a", "a/", "a b", "a\\b", "a\u0000"})
    void aBookmarkMayNotBeCalled(String name) {
        assertThat(BookmarkName.problem(name)).get().asString().isNotBlank();
    }
}
