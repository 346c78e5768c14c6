package dev.caprock.sandbox.vercel;

import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox is made from. Snapshots ({@code snap_…}) and runtimes ({@code node24}, {@code python3.13}) are known by their
 * names; any other name is an image's, whose tag keeps apart the one that is called as a runtime is ({@code node24:latest}).
 *
 * @param route where it is created
 * @param fields what the create says of it; only one kind may be named
 * @param isBare whether it is what Vercel offers, which has no mount
 */
record Base(String route, Map<String, Object> fields, boolean isBare) {

    private static final Pattern SNAPSHOT = Pattern.compile("snap_[A-Za-z0-9]+");
    private static final Pattern RUNTIME = Pattern.compile("(node|python)\\d+(\\.\\d+)?");

    /** Amazon Linux; marked deprecated, and what Mesa's guide was written for. */
    private static final String RUNTIMES = "/v2/sandboxes";

    private static final String IMAGES = "/v3/sandboxes";
    private static final String VERCELS_OWN = "vercel/sandbox/";

    /** @param name null for what the flavour has without one */
    static Base named(@Nullable String name, Flavour flavour) {
        if (name == null) {
            return flavour == Flavour.RUNTIME ? runtime("node24") : new Base(IMAGES, Map.of(), true);
        }
        if (SNAPSHOT.matcher(name).matches()) {
            return new Base(IMAGES, Map.of("source", Map.of("type", "snapshot", "snapshotId", name)), false);
        }
        return RUNTIME.matcher(name).matches() ? runtime(name) : image(name);
    }

    private static Base runtime(String name) {
        return new Base(RUNTIMES, Map.of("runtime", name), true);
    }

    private static Base image(String name) {
        return new Base(IMAGES, Map.of("image", name), name.startsWith(VERCELS_OWN));
    }
}
