package dev.caprock.simulator.vercel;

/** What becomes of a stream whose session ends; both have been seen. */
public enum SessionEnding {
    /** A last record with the code {@code sandbox_stream_closed}. */
    ERROR_RECORD,
    /** The connection closes. */
    CUT
}
