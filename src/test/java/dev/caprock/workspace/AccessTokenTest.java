package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors were made by the vendor's SDK 0.38.0 with its clock and random ids pinned. */
class AccessTokenTest {

    private static final String KEY = "mesa_test_0123456789abcdef";
    private static final Instant ISSUED = Instant.ofEpochSecond(1_760_000_000);

    @Test
    void isTheSdksTokenForOneRepositoryByteForByte() {
        var token = token(
                List.of("read", "write"),
                List.of("acme/agent-workspace"),
                Duration.ofHours(1),
                "11111111-2222-4333-8444-555555555555");

        assertThat(token.signedWith(KEY))
                .isEqualTo(
                        "eyJhbGciOiJIUzI1NiIsInR5cCI6Im1lc2EtYXQrand0Iiwia2lkIjoia2V5XzAwMDEudjEifQ.eyJpc3MiOiJrZXlfMDAwMSIsImF1ZCI6Im1lc2EtYXBpIiwic2NvcGVzIjpbInJlYWQiLCJ3cml0ZSJdLCJyZXBvcyI6WyJhY21lL2FnZW50LXdvcmtzcGFjZSJdLCJpYXQiOjE3NjAwMDAwMDAsImV4cCI6MTc2MDAwMzYwMCwianRpIjoiMTExMTExMTEtMjIyMi00MzMzLTg0NDQtNTU1NTU1NTU1NTU1In0.u9MUYVs9UpNOZTyLESfFcXmCE-gGsact0QCQP6KukBc");
    }

    @Test
    void isTheSdksReadOnlyTokenForAllRepositoriesByteForByte() {
        var token = token(List.of("read"), null, Duration.ofMinutes(15), "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");

        assertThat(token.signedWith(KEY))
                .isEqualTo(
                        "eyJhbGciOiJIUzI1NiIsInR5cCI6Im1lc2EtYXQrand0Iiwia2lkIjoia2V5XzAwMDEudjEifQ.eyJpc3MiOiJrZXlfMDAwMSIsImF1ZCI6Im1lc2EtYXBpIiwic2NvcGVzIjpbInJlYWQiXSwicmVwb3MiOm51bGwsImlhdCI6MTc2MDAwMDAwMCwiZXhwIjoxNzYwMDAwOTAwLCJqdGkiOiJhYWFhYWFhYS1iYmJiLTRjY2MtOGRkZC1lZWVlZWVlZWVlZWUifQ.MOViJOkAR0lUKeWY8yggo-_4c4L0fgvhbiW1N9edFAE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.999S", "-PT1S", "PT24H0.001S", "PT24H1S"})
    void livesBetweenASecondAndADay(Duration life) {
        assertThatIllegalArgumentException().isThrownBy(() -> token(List.of("read"), null, life, "a-b-c-d-e"));
    }

    private static AccessToken token(List<String> scopes, @Nullable List<String> repos, Duration life, String id) {
        return new AccessToken("key_0001", scopes, repos, ISSUED, life, UUID.fromString(id));
    }
}
