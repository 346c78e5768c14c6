package dev.caprock.sandbox.vercel;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.sandbox.Specification;
import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the tests of this room share. */
final class VercelTests {

    static final String TOKEN = "Zm9vYmFyYmF6cXV4MTIzNDU2";
    static final Sandbox SANDBOX = new Sandbox("caprock-att_1", "sbx_1");
    static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1100), ZoneOffset.UTC);
    static final Pause NONE = duration -> {};

    static final List<String> PACKAGE_HOSTS = List.of("system.packages.example", "npm.agents.example");

    private VercelTests() {}

    static VercelProvider provider(Stub stub) {
        return provider(stub, Flavour.RUNTIME, NONE);
    }

    static VercelProvider provider(Stub stub, Flavour flavour, Pause pause) {
        return provider(stub, flavour, pause, Clock.systemUTC());
    }

    /** @param remote by which its guards count */
    static VercelProvider provider(Stub stub, Flavour flavour, Pause pause, Clock remote) {
        return VercelProvider.open(new Remotes(remote), settings(stub.url(), flavour), CLOCK, pause);
    }

    static VercelSettings settings(URI url, Flavour flavour) {
        return new VercelSettings(
                TOKEN,
                "team_1",
                "prj_1",
                url,
                flavour,
                null,
                Duration.ofHours(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                PACKAGE_HOSTS);
    }

    static Specification wanted(@Nullable String template, @Nullable Integer vcpus, @Nullable List<String> allow) {
        return new Specification(
                "owner-1", "ses_1", "att_1", template, Duration.ofMinutes(15), vcpus, new Network(allow, List.of()));
    }

    static Specification within(@Nullable String template, Network network) {
        return new Specification("owner-1", "ses_1", "att_1", template, Duration.ofMinutes(15), null, network);
    }

    /** All that a log could print of a failure. */
    static String trace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
