package dev.caprock.session.lifecycle;

import java.util.UUID;

/**
 * A place on the agenda that this replica holds.
 *
 * @param generation counts the claims of this place; a write that carries an older one is refused
 */
record Claim(Place place, long generation) {

    UUID id() {
        return place.id();
    }
}
