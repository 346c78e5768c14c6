package dev.caprock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All configuration there is, as an editor shows it to whoever runs the service. */
class ConfigurationTest {

    private static final Path PAGE = Path.of("src/docs/configuration.md");
    private static final Path METADATA = Path.of("target/classes/META-INF/spring-configuration-metadata.json");

    @Test
    void theseAreAllKeysAndTheirDefaults() throws IOException {
        assertThat(properties().stream()
                        .map(key -> key.path("name").asString() + " = " + standard(key.path("defaultValue")))
                        .sorted()
                        .collect(Collectors.joining("\n", "", "\n")))
                .isEqualTo("""
                        caprock.access.api-keys.default-life = 90d
                        caprock.access.api-keys.maximum-life = 366d
                        caprock.access.cors.allowed-origins = none
                        caprock.access.oidc.audience = none
                        caprock.access.oidc.clock-skew = 30s
                        caprock.access.oidc.issuer = none
                        caprock.access.oidc.jwk-set-uri = none
                        caprock.access.oidc.scope-claim = scope
                        caprock.access.oidc.scopes = none
                        caprock.access.oidc.subject-claim = sub
                        caprock.access.oidc.tenant-claim = tenant
                        caprock.access.operator-tenant = default
                        caprock.access.scrape-token = none
                        caprock.admission.look = 5s
                        caprock.admission.maximum-sandboxes = none
                        caprock.admission.switches = 2
                        caprock.audit.checkpoint-interval = 1h
                        caprock.audit.signing-key = none
                        caprock.audit.signing-key-file = none
                        caprock.e2b.api-key = none
                        caprock.e2b.api-url = none
                        caprock.e2b.call-timeout = PT30S
                        caprock.e2b.create-deadline = PT90S
                        caprock.e2b.create-timeout = PT85S
                        caprock.e2b.domain = e2b.app
                        caprock.e2b.keepalive = PT20S
                        caprock.e2b.maximum-lifetime = PT24H
                        caprock.e2b.package-hosts = none
                        caprock.e2b.sandbox-url = none
                        caprock.e2b.template = base
                        caprock.events.heartbeat = 10s
                        caprock.events.maximum-readers = 10000
                        caprock.events.maximum-readers-per-tenant = 2000
                        caprock.follow.gather = 20ms
                        caprock.follow.look-interval = 5s
                        caprock.follow.output-quota = 1GB
                        caprock.idempotency.patience = 2s
                        caprock.idempotency.retention = P2D
                        caprock.lifecycle.claims = 20000
                        caprock.lifecycle.first-retry = 500ms
                        caprock.lifecycle.flush-timeout = 105s
                        caprock.lifecycle.hand-over = 6s
                        caprock.lifecycle.heartbeat = 3s
                        caprock.lifecycle.last-retry = 30s
                        caprock.lifecycle.lease = 15s
                        caprock.lifecycle.mint-deadline = 90s
                        caprock.lifecycle.opening-timeout = 10m
                        caprock.lifecycle.poll = 500ms
                        caprock.lifecycle.publish-timeout = 10m
                        caprock.lifecycle.sandbox-lease = 10m
                        caprock.lifecycle.stop-grace = 10s
                        caprock.lifecycle.stop-timeout = 30s
                        caprock.lifecycle.verify-timeout = 125s
                        caprock.mesa.api-key = none
                        caprock.mesa.api-url = https://api.mesa.dev/v1
                        caprock.mesa.author-email = none
                        caprock.mesa.author-name = Caprock
                        caprock.mesa.call-timeout = PT20S
                        caprock.mesa.cli-version = 0.46.0
                        caprock.mesa.credential-mode = auto
                        caprock.mesa.organisation = none
                        caprock.mesa.private-key = none
                        caprock.mesa.service-domain = none
                        caprock.metrics.refresh-interval = 15s
                        caprock.remote.breaker.failure-percent = 50
                        caprock.remote.breaker.minimum-calls = 20
                        caprock.remote.breaker.pause = PT5S
                        caprock.remote.breaker.slow-call = PT20S
                        caprock.remote.breaker.slow-percent = 80
                        caprock.remote.breaker.trials = 5
                        caprock.remote.breaker.window = 50
                        caprock.remote.concurrent-calls = 256
                        caprock.remote.concurrent-creates = 64
                        caprock.remote.connect-timeout = PT5S
                        caprock.remote.longest-hold = PT5M
                        caprock.remote.own = none
                        caprock.remote.reserved-calls = 64
                        caprock.remote.rest = PT2S
                        caprock.remote.trace-context = true
                        caprock.requests.maximum-body = 4MB
                        caprock.retention.audit = none
                        caprock.retention.output = 30d
                        caprock.retention.sessions = 90d
                        caprock.secrets.former-master-keys = none
                        caprock.secrets.kms-timeout = 5s
                        caprock.secrets.kms-uri = none
                        caprock.secrets.master-key = none
                        caprock.secrets.master-key-file = none
                        caprock.session.closing-margin = 20m
                        caprock.session.default-provider = none
                        caprock.session.default-ttl = 1h
                        caprock.session.maximum-ttl = 12h
                        caprock.session.minimum-ttl = 1m
                        caprock.sweep.interval = 5m
                        caprock.sweep.minimum-age = 5m
                        caprock.sweep.overdue-after = 15m
                        caprock.tenants.budget-period = month
                        caprock.tenants.default.agents = none
                        caprock.tenants.default.budget = none
                        caprock.tenants.default.burst = none
                        caprock.tenants.default.maximum-live = none
                        caprock.tenants.default.maximum-queued = none
                        caprock.tenants.default.maximum-ttl = none
                        caprock.tenants.default.providers = none
                        caprock.tenants.default.repos = none
                        caprock.tenants.default.requests-per-second = none
                        caprock.tenants.own = none
                        caprock.vercel.api-url = none
                        caprock.vercel.call-timeout = PT30S
                        caprock.vercel.create-timeout = PT60S
                        caprock.vercel.flavour = runtime
                        caprock.vercel.maximum-lifetime = PT24H
                        caprock.vercel.package-hosts = none
                        caprock.vercel.project-id = none
                        caprock.vercel.team-id = none
                        caprock.vercel.template = none
                        caprock.vercel.token = none
                        caprock.webhook.allow-http = false
                        caprock.webhook.allowed-networks = none
                        caprock.webhook.concurrent-sends = 32
                        caprock.webhook.connect-timeout = 5s
                        caprock.webhook.interval = 5s
                        caprock.webhook.maximum-webhooks = 20
                        caprock.webhook.retention = 7d
                        caprock.webhook.timeout = 15s
                        """);
    }

    private static String standard(JsonNode value) {
        return value.isArray()
                ? value.valueStream().map(JsonNode::asString).toList().toString()
                : value.asString("none");
    }

    @Test
    void everyKeyIsDescribed() throws IOException {
        assertThat(properties())
                .allSatisfy(key -> assertThat(key.path("description").asString(""))
                        .as(key.path("name").asString())
                        .isNotBlank());
    }

    @Test
    void thePageListsThemAsTheyAre() throws IOException {
        String made = ConfigurationPage.of(properties());
        if (Boolean.getBoolean("caprock.configuration.renew")) {
            Files.writeString(PAGE, made);
        }

        assertThat(Files.readString(PAGE))
                .as("renew it by ./mvnw test -Dtest=ConfigurationTest -Dcaprock.configuration.renew=true")
                .isEqualTo(made);
    }

    private static List<JsonNode> properties() throws IOException {
        JsonNode metadata = JsonMapper.shared().readTree(METADATA.toFile());
        return metadata.path("properties")
                .valueStream()
                .filter(key -> key.path("name").asString().startsWith("caprock."))
                .toList();
    }
}
