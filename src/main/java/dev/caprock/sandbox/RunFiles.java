package dev.caprock.sandbox;

/**
 * Where the files of one run lie in a sandbox: {@code ~/.caprock/runs/<number>/}.
 *
 * @param number counts the session's runs from 1
 */
public record RunFiles(int number) {

    public RunFiles {
        if (number < 1) {
            throw new IllegalArgumentException("number must be at least 1 but is " + number);
        }
    }

    /** Relative to the home folder. */
    public String directory() {
        return ".caprock/runs/" + number;
    }

    public String prompt() {
        return directory() + "/prompt";
    }

    public String launch() {
        return directory() + "/launch";
    }
}
