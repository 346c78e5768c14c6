package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors were made by an independent reading of the SDK 0.48, with its clock and random ids pinned. */
class LayoutTokenTest {

    private static final Author BOT = new Author("Mesa Bot", "bot@example.com");
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void isTheSdksTokenForTwoRepositoriesByteForByte() {
        var access = new LinkedHashMap<String, String>();
        access.put("agent-workspace", "write-repo");
        access.put("docs", "read-repo");

        assertThat(token(List.of(BOT), access, HOUR).signedWith(PrivateKey.of(PrivateKeyTest.TEXT)))
                .isEqualTo(
                        "eyJhbGciOiJFZERTQSIsInR5cCI6Im1lc2EtYXQrand0IiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTkiLCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJpc3MiOiJhY21lIiwiYXVkIjoibWVzYS1hcGkiLCJhdXRob3JzIjpbeyJuYW1lIjoiTWVzYSBCb3QiLCJlbWFpbCI6ImJvdEBleGFtcGxlLmNvbSJ9XSwiYWNjZXNzIjp7ImFnZW50LXdvcmtzcGFjZSI6IndyaXRlLXJlcG8iLCJkb2NzIjoicmVhZC1yZXBvIn0sImlhdCI6MTc2MDAwMDAwMCwiZXhwIjoxNzYwMDAzNjAwLCJqdGkiOiIxMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1NTUifQ.mEi_c3lbE6Cgtae0F--Rwf7jQo9Ukws__E5tMsSyrpXGBaW1vihvUWl-KCwdMUnUhGQEzw_ufJHhTa72ZQxnAA");
    }

    @Test
    void isTheSdksTokenForACallOfItsOwnByteForByte() {
        assertThat(token(List.of(), null, Duration.ofMinutes(15)).signedWith(PrivateKey.of(PrivateKeyTest.TEXT)))
                .isEqualTo(
                        "eyJhbGciOiJFZERTQSIsInR5cCI6Im1lc2EtYXQrand0IiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTkiLCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJpc3MiOiJhY21lIiwiYXVkIjoibWVzYS1hcGkiLCJhZG1pbiI6dHJ1ZSwiaWF0IjoxNzYwMDAwMDAwLCJleHAiOjE3NjAwMDA5MDAsImp0aSI6IjExMTExMTExLTIyMjItNDMzMy04NDQ0LTU1NTU1NTU1NTU1NSJ9.Faf3pwWZPGs98lQT87r7XAZFKFBsa4Q53GC_ScSY0tPFMXvE2hJnW8lVI1VAjfX_HWWNz8a1lqecE9BJ__X4DQ");
    }

    @Test
    void whoeverMayWriteARepositoryOnceMayWriteIt() {
        var repos = List.of(repo("notes", false), repo("Docs", false), repo("NOTES", true), repo("notes", false));

        assertThat(LayoutToken.accessTo(repos))
                .containsExactly(Map.entry("Docs", "read-repo"), Map.entry("notes", "write-repo"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.999S", "PT4H0.001S"})
    void livesBetweenASecondAndFourHours(Duration life) {
        assertThatIllegalArgumentException().isThrownBy(() -> token(List.of(), null, life));
    }

    @Test
    void opensAtLeastOneRepositoryAndNamesAnAuthor() {
        var many = IntStream.range(0, 251).boxed().collect(Collectors.toMap(i -> "r" + i, i -> "read-repo"));

        assertThatIllegalArgumentException().isThrownBy(() -> token(List.of(BOT), Map.of(), HOUR));
        assertThatIllegalArgumentException().isThrownBy(() -> token(List.of(BOT), many, HOUR));
        assertThatIllegalArgumentException().isThrownBy(() -> token(List.of(), Map.of("docs", "read-repo"), HOUR));
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "<Bot>", "Bot\nX: y", "mesa_private_key_acme_x"})
    void anAuthorsNameIsPlain(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Author(name, null));
    }

    private static MountedRepo repo(String name, boolean writable) {
        return new MountedRepo("repo_1", name, writable, "main", null, null);
    }

    private static LayoutToken token(List<Author> authors, @Nullable Map<String, String> access, Duration life) {
        return new LayoutToken(
                authors,
                access,
                Instant.ofEpochSecond(1_760_000_000),
                life,
                UUID.fromString("11111111-2222-4333-8444-555555555555"));
    }
}
