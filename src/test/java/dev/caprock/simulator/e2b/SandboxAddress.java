package dev.caprock.simulator.e2b;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which port of which sandbox a call to the proxy is for. */
record SandboxAddress(String sandboxId, int port) {

    private static final Pattern HOST = Pattern.compile("(\\d{1,5})-([a-z0-9]+)(?:-[a-z0-9]+)?\\..+");
    private static final Pattern SHARED = Pattern.compile("sandbox\\..*|localhost|[\\d.]+|\\[.*");

    /** By the host's name, or on a shared host by the two routing headers. */
    static SandboxAddress of(Call call) {
        String host = String.valueOf(call.header("Host")).replaceFirst(":\\d+$", "");
        Matcher own = HOST.matcher(host);
        if (own.matches()) {
            return new SandboxAddress(own.group(2), Integer.parseInt(own.group(1)));
        }
        String id = call.header("E2b-Sandbox-Id");
        String port = call.header("E2b-Sandbox-Port");
        if (!SHARED.matcher(host).matches() || id == null && port == null) {
            throw Refused.api(400, "Invalid host");
        }
        if (id == null || port == null || !port.matches("\\d{1,5}")) {
            throw Refused.api(400, "Missing header: E2b-Sandbox-Id and E2b-Sandbox-Port go together");
        }
        return new SandboxAddress(id.contains("-") ? id.substring(0, id.indexOf('-')) : id, Integer.parseInt(port));
    }

    static @Nullable String idOf(Call call) {
        try {
            return of(call).sandboxId();
        } catch (Refused e) {
            return null;
        }
    }
}
