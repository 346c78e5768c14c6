package dev.caprock.sandbox;

/** Receives output bytes in order per stream. Blocking in it is the back-pressure. */
@FunctionalInterface
public interface OutputSink {

    void accept(OutputStreamName stream, byte[] bytes);
}
