package dev.caprock.simulator.mesa;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who made a change. */
record Author(String name, @Nullable String email) {
    static final Author UNKNOWN = new Author("Mesa", "noreply@mesa.example");

    static @Nullable Author of(@Nullable Body body) {
        return body == null ? null : new Author(body.required("name"), body.string("email"));
    }

    Map<String, @Nullable Object> json() {
        return Json.object("name", name, "email", email);
    }
}
