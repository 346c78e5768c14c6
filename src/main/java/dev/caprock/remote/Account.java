package dev.caprock.remote;

import java.util.Optional;

/** Settings that may hold an account of ours at a remote. */
public interface Account {

    /** The keys that would have to be set for one, and what they are, for a person; empty when there is one. */
    Optional<String> missing();
}
