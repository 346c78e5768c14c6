package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.ProviderContract;
import dev.caprock.simulator.e2b.E2bSimulator;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import tools.jackson.databind.json.JsonMapper;

/** The real client with the simulated E2B. */
class E2bContractTest extends ProviderContract {

    private final E2bSimulator simulator = E2bSimulator.start(dev.caprock.simulator.e2b.E2bSettings.of(E2bTests.KEY));
    private final Provider provider = E2bProvider.open(new Remotes(), settings());

    @AfterEach
    void close() {
        simulator.close();
    }

    @Override
    protected Provider provider() {
        return provider;
    }

    @Override
    protected void makeNextCreate(Trouble trouble) {
        simulator
                .faults()
                .on(Operation.CREATE)
                .then(
                        switch (trouble) {
                            case REFUSED -> Effect.error(403, "no");
                            case BUSY -> Effect.rateLimited(7);
                            case FAILED -> Effect.gatewayTimeout();
                            case LOST -> Effect.gatewayTimeout().afterDoing();
                        });
    }

    @Override
    protected void dropNextCommand() {
        simulator.faults().on(Operation.START).then(new Effect.Drop(true));
    }

    @Override
    protected Instant endOf(String id) {
        var request = HttpRequest.newBuilder(URI.create(simulator.apiUrl() + "/sandboxes/" + id))
                .header("X-API-Key", E2bTests.KEY)
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var body = client.send(request, BodyHandlers.ofByteArray()).body();
            return Instant.parse(
                    JsonMapper.shared().readTree(body).path("endAt").asString());
        } catch (java.io.IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private E2bSettings settings() {
        return new E2bSettings(
                E2bTests.KEY,
                simulator.apiUrl(),
                simulator.sandboxUrl(),
                "e2b.app",
                "base",
                Duration.ofHours(24),
                Duration.ofSeconds(10),
                Duration.ofSeconds(90),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                List.of());
    }
}
