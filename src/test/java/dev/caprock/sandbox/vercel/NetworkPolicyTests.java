package dev.caprock.sandbox.vercel;

import static dev.caprock.sandbox.vercel.Stub.sandbox;
import static dev.caprock.sandbox.vercel.VercelTests.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Network.Injection;
import dev.caprock.sandbox.Refusal;
import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NetworkPolicyTests {

    private final Stub stub = new Stub();
    private final VercelProvider vercel = VercelTests.provider(stub);
    private final VercelProvider fromImages = VercelTests.provider(stub, Flavour.IMAGE, VercelTests.NONE);

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void headersAreInjectedByATransformAndAllElseStaysAllowed() {
        assertThat(policy(injecting(null, "api.example.com"))).isEqualTo("""
                        {"allow":{"api.example.com":[{"transform":[{"headers":{"x-api-key":"secret-1"}}]}],"*":[]}}""");
    }

    @Test
    void aListOfHostsAllowsNoOthers() {
        assertThat(policy(injecting(List.of("mesa.dev", "api.example.com"), "api.example.com")))
                .isEqualTo("""
                        {"allow":{"api.example.com":[{"transform":[{"headers":{"x-api-key":"secret-1"}}]}],"mesa.dev":[]}}""");
    }

    @Test
    void whoIsNamedMoreCloselyComesFirstAndNoPlainEntryStandsBesideARule() {
        var policy = policy(injecting(
                List.of("a.b.example.com", "other.com"), "*.example.com", "*.b.example.com", "b.example.com"));

        assertThat(policy.replaceAll("\\[\\{[^\\]]*\\]\\}\\]", "RULE")).isEqualTo("""
                        {"allow":{"b.example.com":RULE,"*.b.example.com":RULE,"*.example.com":RULE,"other.com":[]}}""");
    }

    @Test
    void anAddressIsRefused() {
        assertThat(refused(vercel, "snap_1", new Network(List.of("mesa.dev", "10.0.0.1"), List.of())))
                .containsExactly("network/allow/1");
    }

    @Test
    void aListThatForbidsToInstallWhatVercelsOwnSystemsLackIsRefused() {
        var tight = new Network(List.of("mesa.dev"), List.of());
        var wide = new Network(List.of("system.packages.example", "npm.agents.example"), List.of());

        assertThat(refused(vercel, null, tight)).containsExactly("network/allow");
        assertThat(refused(vercel, "node24", tight)).containsExactly("network/allow");
        assertThat(refused(vercel, "node24", wide)).isEmpty();
        assertThat(refused(vercel, "snap_1", tight)).isEmpty();
        assertThat(refused(fromImages, null, tight)).containsExactly("network/allow");
        assertThat(refused(fromImages, "vercel/sandbox/node:24", tight)).containsExactly("network/allow");
        assertThat(refused(fromImages, "own/image:1", tight)).isEmpty();
    }

    private String policy(Network network) {
        stub.on("POST /v3/sandboxes", sandbox("running", 900));
        vercel.create(within("snap_1", network));
        return stub.requests.getFirst().json().path("networkPolicy").toString();
    }

    private static List<String> refused(VercelProvider provider, @Nullable String template, Network network) {
        return provider.refusals(within(template, network)).stream()
                .map(Refusal::field)
                .toList();
    }

    private static Network injecting(@Nullable List<String> allow, String... hosts) {
        return new Network(
                allow,
                Arrays.stream(hosts)
                        .map(host -> new Injection(host, Map.of("x-api-key", "secret-1")))
                        .toList());
    }
}
