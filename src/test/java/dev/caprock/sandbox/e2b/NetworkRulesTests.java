package dev.caprock.sandbox.e2b;

import static dev.caprock.sandbox.e2b.E2bTests.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Refusal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetworkRulesTests {

    private static final String HOST = "api.example.com";

    private final Stub stub = new Stub();
    private final E2bProvider e2b = E2bTests.provider(stub);

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void headersAreInjectedByRulesWhichRestrictNothing() {
        assertThat(network(injecting(null, Map.of("x-api-key", "secret-1")))).isEqualTo("""
                        {"rules":{"api.example.com":[{"transform":{"headers":{"x-api-key":"secret-1"}}}]}}""");
    }

    @Test
    void aListOfHostsStandsBesideTheRules() {
        assertThat(network(injecting(List.of("mesa.dev", HOST), Map.of("x-api-key", "secret-1"))))
                .isEqualTo("""
                        {"allowOut":["mesa.dev","api.example.com"],"denyOut":["0.0.0.0/0"],\
                        "rules":{"api.example.com":[{"transform":{"headers":{"x-api-key":"secret-1"}}}]}}""");
    }

    @Test
    void moreThanE2bTakesIsRefused() {
        var headers = IntStream.range(0, 21).boxed().collect(Collectors.toMap(i -> "x-" + i, i -> "v"));
        var hosts = IntStream.range(0, 11)
                .mapToObj(i -> new Network.Injection("h%d.example.com".formatted(i), Map.of("a", "b")))
                .toList();

        assertThat(refused("mine", injecting(null, headers))).containsExactly("network/inject/0/headers");
        assertThat(refused("mine", new Network(null, hosts))).containsExactly("network/inject");
        assertThat(refused("mine", new Network(null, hosts.subList(0, 10)))).isEmpty();
    }

    @Test
    void aValueThatE2bWouldFillInIsRefusedForItMayNameASecretOfTheAccount() {
        assertThat(refused("mine", injecting(null, Map.of("x-key", "Bearer ${e2b.identity.tokens.aws}"))))
                .containsExactly("network/inject/0/headers/x-key");
        assertThat(refused("mine", injecting(null, Map.of("x-key", "a$b{c}")))).isEmpty();
    }

    @Test
    void aListThatForbidsToInstallWhatTheBaseTemplateLacksIsRefused() {
        assertThat(e2b.refusals(within(null, allowing())))
                .singleElement()
                .extracting(Refusal::message)
                .asString()
                .contains("system.packages.example and npm.agents.example");
        assertThat(refused("base", allowing("*.agents.example"))).containsExactly("network/allow");
        assertThat(refused("base", allowing("*.agents.example", "system.packages.example")))
                .isEmpty();
        assertThat(refused("mine", allowing())).isEmpty();
        assertThat(refused("base", Network.OPEN)).isEmpty();
    }

    @Test
    void whereNobodyKnowsWhatTheBaseTemplateIsCompletedFromEachListIsRefused() {
        Network list = new Network(List.of("system.packages.example"), List.of());

        assertThat(Refusal.ofInstalling(List.of(), list))
                .hasValueSatisfying(refusal -> assertThat(refusal.message()).contains("package-hosts"));
        assertThat(Refusal.ofInstalling(List.of(), Network.OPEN)).isEmpty();
    }

    private String network(Network network) {
        stub.on("POST /v2/sandboxes", Stub.json(201, "{\"sandboxID\":\"i1\"}"));
        e2b.create(within("mine", network));
        return stub.requests.getFirst().json().path("network").toString();
    }

    private List<String> refused(String template, Network network) {
        return e2b.refusals(within(template, network)).stream()
                .map(Refusal::field)
                .toList();
    }

    private static Network injecting(@Nullable List<String> allow, Map<String, String> headers) {
        return new Network(allow, List.of(new Network.Injection(HOST, headers)));
    }

    private static Network allowing(String... hosts) {
        return new Network(List.of(hosts), List.of());
    }
}
