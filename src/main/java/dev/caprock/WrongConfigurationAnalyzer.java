package dev.caprock;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Has a start with wrong settings end with what is wrong, in place of a stack trace. */
class WrongConfigurationAnalyzer extends AbstractFailureAnalyzer<WrongConfiguration> {

    @Override
    protected FailureAnalysis analyze(Throwable failure, WrongConfiguration wrong) {
        return new FailureAnalysis(
                "Caprock cannot start with this configuration:\n\n- " + String.join("\n- ", wrong.sentences()),
                "Mend each of these. Every key, with its environment variable, is in src/docs/configuration.md.",
                wrong);
    }
}
