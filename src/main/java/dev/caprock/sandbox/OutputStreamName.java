package dev.caprock.sandbox;

/** Which of a run's two output files. */
public enum OutputStreamName {
    STDOUT,
    STDERR
}
