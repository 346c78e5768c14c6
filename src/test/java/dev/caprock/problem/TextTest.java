package dev.caprock.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "é😀\n", "\uFFFD"})
    void mostTextCanBeStored(String text) {
        assertThat(Text.isStorable(text)).isTrue();
        assertThat(Text.storable("/name", text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0", "\ud83d", "\ude00 a"})
    void nulAndHalvesOfPairsCannotAndTheParameterIsNamed(String text) {
        assertThat(Text.isStorable(text)).isFalse();
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() -> Text.storable("/name", text))
                .satisfies(problem -> assertThat(problem.mistakes())
                        .extracting(Problem.Mistake::pointer)
                        .containsExactly("/name"));
    }

    @Test
    void aLineIsMoreThanBlanksAndHasNoControlCharacters() {
        assertThat(Text.isLine("ann b", 5)).isTrue();
        assertThat(Text.isLine("ann b", 4)).isFalse();
        assertThat(Text.isLine(" ", 4)).isFalse();
        assertThat(Text.isLine("a\tb", 4)).isFalse();
        assertThat(Text.isLine("\ud800", 4)).isFalse();
    }
}
