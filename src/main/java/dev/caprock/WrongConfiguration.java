package dev.caprock;

import java.util.List;

/** The service cannot start with these settings. */
final class WrongConfiguration extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<String> sentences;

    /** @param sentences one for each key that is missing or wrong; they hold no secret */
    WrongConfiguration(List<String> sentences) {
        super("%d settings are missing or wrong".formatted(sentences.size()));
        this.sentences = List.copyOf(sentences);
    }

    List<String> sentences() {
        return sentences;
    }
}
