package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LayoutTest {

    private static final String CHANGE = "k".repeat(32);

    @Test
    void aRepositoryToReadIsPinnedToItsBase() {
        var docs = new MountedRepo("repo_2", "docs", false, "main", CHANGE, null);

        assertThat(Layout.of(List.of(docs), Set.of()).json())
                .isEqualTo(
                        "{\"/docs\":{\"kind\":\"repo\",\"name\":\"docs\",\"mode\":\"ro\",\"at\":{\"bookmark\":\"main\"}}}");
    }

    @Test
    void editsOfTheBaseItselfArePinnedToIt() {
        var notes = new MountedRepo("repo_1", "notes", true, "trunk", CHANGE, null);

        assertThat(Layout.of(List.of(notes), Set.of()).json())
                .contains("\"mode\":\"rw\",\"at\":{\"bookmark\":\"trunk\"}}")
                .doesNotContain("branchedFrom");
    }

    @Test
    void theSessionsOwnBookmarkBranchesFromTheChangeThatItWasOpenedAt() {
        assertThat(Layout.of(List.of(own(CHANGE)), Set.of()).json())
                .isEqualTo(
                        "{\"/notes\":{\"kind\":\"repo\",\"name\":\"notes\",\"mode\":\"rw\",\"branchedFrom\":{\"changeId\":\""
                                + CHANGE
                                + "\",\"as\":{\"bookmark\":\"session/1\",\"describe\":\"session/1\"}}}}");
    }

    @Test
    void anEmptyRepositoryIsBranchedFromItsBookmark() {
        assertThat(Layout.of(List.of(own(Tip.ROOT)), Set.of()).json())
                .contains("\"branchedFrom\":{\"bookmark\":\"main\",\"as\":")
                .doesNotContain(Tip.ROOT);
    }

    @Test
    void workThatHasBegunIsResumed() {
        assertThat(Layout.of(List.of(own(CHANGE)), Set.of("notes")).json())
                .contains("\"mode\":\"rw\",\"at\":{\"bookmark\":\"session/1\"}}")
                .doesNotContain("branchedFrom");
    }

    @Test
    void aRepositoryHasOnePlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Layout.of(List.of(own(CHANGE), own(CHANGE)), Set.of()))
                .withMessageContaining("notes");
    }

    private static MountedRepo own(@Nullable String change) {
        return new MountedRepo("repo_1", "notes", true, "main", change, "session/1");
    }
}
