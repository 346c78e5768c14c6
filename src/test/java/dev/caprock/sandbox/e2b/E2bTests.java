package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.sandbox.Specification;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the tests of this room share. */
final class E2bTests {

    static final String KEY = "e2b_0123456789abcdef0123456789abcdef01234567";
    static final Sandbox SANDBOX = new Sandbox("i1", new Access(Stub.TOKEN, null, "0.6.13").write());

    static final List<String> PACKAGE_HOSTS = List.of("system.packages.example", "npm.agents.example");

    private E2bTests() {}

    static E2bProvider provider(Stub stub) {
        return E2bProvider.open(new Remotes(), settings(stub.url()), Duration.ofSeconds(20));
    }

    static E2bProvider provider(Stub stub, Duration silence) {
        return E2bProvider.open(new Remotes(), settings(stub.url()), silence);
    }

    static E2bSettings settings(@Nullable URI url) {
        return new E2bSettings(
                KEY,
                url,
                url,
                "e2b.app",
                "base",
                Duration.ofHours(24),
                Duration.ofSeconds(10),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                PACKAGE_HOSTS);
    }

    static Specification wanted() {
        return wanted(null, null);
    }

    static Specification wanted(@Nullable Integer vcpus, @Nullable List<String> allow) {
        return new Specification(
                "owner-1", "ses_1", "att_1", null, Duration.ofMinutes(15), vcpus, new Network(allow, List.of()));
    }

    static Specification within(@Nullable String template, Network network) {
        return new Specification("owner-1", "ses_1", "att_1", template, Duration.ofMinutes(15), null, network);
    }
}
