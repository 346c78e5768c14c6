package dev.caprock.simulator.mesa;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a mount was told by its environment and its layout. */
record MountSettings(
        List<MesaClient> accounts,
        Path mountPoint,
        Map<String, Layout.Revision> pins,
        @Nullable Layout layout) {

    static MountSettings of(MountCall call, Path machine, URI url) {
        byte[] layout = call.layout();
        return new MountSettings(
                accounts(call, url),
                mountPoint(call, machine),
                pins(call.environment("MESA_REPO_REVS")),
                layout == null ? null : Layout.parse(layout));
    }

    private static List<MesaClient> accounts(MountCall call, URI url) {
        String organisation = call.environment("MESA_ORG");
        String token = call.environment("MESA_ACCESS_TOKEN");
        String key = call.environment("MESA_API_KEY");
        String several = call.environment("MESA_ORGS");
        if (token != null) {
            return List.of(new MesaClient(url, organisation == null ? issuer(token) : organisation, token));
        }
        if (key != null) {
            if (organisation == null) {
                throw MountFailure.lasting("MESA_API_KEY needs MESA_ORG");
            }
            return List.of(new MesaClient(url, organisation, key));
        }
        List<MesaClient> accounts = new ArrayList<>();
        for (String pair : several == null ? new String[0] : several.split(",", -1)) {
            String[] parts = pair.split(":", 2);
            if (parts.length != 2) {
                throw MountFailure.lasting("MESA_ORGS is not <org>:<credential>");
            }
            accounts.add(new MesaClient(url, parts[0], parts[1]));
        }
        if (accounts.isEmpty()) {
            throw MountFailure.lasting("no credentials: set MESA_ACCESS_TOKEN");
        }
        return accounts;
    }

    /** The organisation that an EdDSA token names; that of other tokens cannot be known from them. */
    private static String issuer(String token) {
        try {
            String[] parts = token.split("\\.", -1);
            JsonNode header = Json.read(Base64.getUrlDecoder().decode(parts[0]));
            if (parts.length == 3 && header.path("alg").asString().equals("EdDSA")) {
                return Json.read(Base64.getUrlDecoder().decode(parts[1]))
                        .path("iss")
                        .asString();
            }
        } catch (IllegalArgumentException e) {
            throw MountFailure.lasting("MESA_ACCESS_TOKEN is not a token");
        }
        throw MountFailure.lasting("MESA_ORG is needed with this credential");
    }

    private static Path mountPoint(MountCall call, Path machine) {
        String told = call.environment("MESA_MOUNT_POINT");
        String home = call.environment("HOME");
        String path = told == null ? home + "/.local/share/mesa/mnt" : told.replaceFirst("^~(?=/|$)", home + "");
        Path point = call.directory().resolve(path).normalize();
        if (!point.startsWith(machine) && !point.startsWith(real(machine))) {
            throw MountFailure.lasting("the mount point is outside of the simulated machine: " + point);
        }
        return point;
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (java.io.IOException e) {
            return path;
        }
    }

    private static Map<String, Layout.Revision> pins(@Nullable String text) {
        Map<String, Layout.Revision> pins = new HashMap<>();
        for (String pin : text == null ? new String[0] : text.split(",", -1)) {
            int equals = pin.indexOf('=');
            String revision = pin.substring(equals + 1);
            if (equals > 0 && revision.startsWith("bookmark:")) {
                pins.put(pin.substring(0, equals), new Layout.Revision(revision.substring(9), null));
            } else if (equals > 0 && revision.startsWith("change-id:")) {
                pins.put(pin.substring(0, equals), new Layout.Revision(null, revision.substring(10)));
            } else {
                throw MountFailure.lasting("MESA_REPO_REVS cannot be read: " + pin);
            }
        }
        return pins;
    }
}
