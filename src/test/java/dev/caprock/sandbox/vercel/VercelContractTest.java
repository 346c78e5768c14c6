package dev.caprock.sandbox.vercel;

import dev.caprock.remote.Remotes;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.ProviderContract;
import dev.caprock.sandbox.vercel.VercelSettings.Flavour;
import dev.caprock.simulator.vercel.Effect;
import dev.caprock.simulator.vercel.Operation;
import dev.caprock.simulator.vercel.VercelSimulator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** The real client with the simulated Vercel, on Amazon Linux and on Ubuntu. */
@ParameterizedClass
@EnumSource(Flavour.class)
class VercelContractTest extends ProviderContract {

    private final VercelSimulator simulator =
            VercelSimulator.start(dev.caprock.simulator.vercel.VercelSettings.of(VercelTests.TOKEN, "team_1", "prj_1"));
    private final Provider provider;

    VercelContractTest(Flavour flavour) {
        provider = VercelProvider.open(new Remotes(), settings(flavour), Clock.systemUTC(), Pause.REAL);
    }

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
                            case REFUSED -> Effect.error(402, "payment_required", "no");
                            case BUSY -> Effect.rateLimited(7);
                            case FAILED -> Effect.badGateway();
                            case LOST -> Effect.badGateway().afterDoing();
                        });
    }

    @Override
    protected void dropNextCommand() {
        simulator.faults().on(Operation.RUN).then(new Effect.Drop(true));
    }

    @Override
    protected Instant endOf(String id) {
        var request = HttpRequest.newBuilder(
                        URI.create(simulator.url() + "/v2/sandboxes/" + id + "?teamId=team_1&projectId=prj_1"))
                .header("Authorization", "Bearer " + VercelTests.TOKEN)
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var body = client.send(request, BodyHandlers.ofByteArray()).body();
            return Instant.ofEpochMilli(
                    JsonMapper.shared().readTree(body).at("/sandbox/expiresAt").asLong());
        } catch (java.io.IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private VercelSettings settings(Flavour flavour) {
        return new VercelSettings(
                VercelTests.TOKEN,
                "team_1",
                "prj_1",
                simulator.url(),
                flavour,
                null,
                Duration.ofHours(24),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                List.of());
    }
}
