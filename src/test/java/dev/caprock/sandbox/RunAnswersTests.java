package dev.caprock.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunAnswersTests {

    @Test
    void aWholeExitFileIsRead() {
        assertThat(RunExit.of(
                        new CommandResult(0, "code 137\nsignal 9\nstdout 12\nstderr 0\nfinished 1790000000\n", "")))
                .contains(new RunExit(137, 9, 12, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "code 0\n",
                "code 999\nsignal 0\nstdout 1\nstderr 1\nfinished 1\n",
                "code 0\nsignal 9\nstdout 1\nstderr 1\nfinished 1\n",
                "code -1\nsignal 0\nstdout 1\nstderr 1\nfinished 1\n",
                "code 0\nsignal 0\nstdout 99999999999999999999\nstderr 1\nfinished 1\n",
                "code 0\nsignal 0\nstdout 1\nstderr 1\nfinished 1\nmore\n"
            })
    void aForgedExitFileIsNone(String file) {
        assertThat(RunExit.of(new CommandResult(0, file, ""))).isEmpty();
    }

    @Test
    void aStartThatSaysNothingIsUnclear() {
        assertThat(StartEnd.of(new CommandResult(0, "", ""))).isInstanceOf(StartEnd.Unclear.class);
        assertThat(StartEnd.of(new CommandResult(137, "", ""))).isInstanceOf(StartEnd.Unclear.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A B", "A=B", "1A", "PPID", "A\nB"})
    void namesThatNoVariableCanHaveAreRefused(String name) {
        assertThat(Runner.isVariable(name)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> Runner.launchFile(List.of("ls"), Map.of(name, "x"), "."));
    }

    @Test
    void aScriptCarriesWhatItSources() {
        assertThat(Scripts.read(Runner.class, "stop.sh")).contains("born() {").doesNotContain("\n. ./");
    }
}
