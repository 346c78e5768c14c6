package dev.caprock.simulator.mesa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private final MesaSimulator mesa = MesaSimulator.start();
    private final Wire root = new Wire(mesa, mesa.rootKey());

    @AfterEach
    void stop() {
        mesa.close();
    }

    @Test
    void a_fault_lasts_as_often_as_it_was_told() throws Exception {
        mesa.faults().on("GET", "/whoami").times(2).answer(503, "{}");

        assertThat(root.get("/whoami").status()).isEqualTo(503);
        assertThat(root.get("/acme").status()).isEqualTo(200);
        assertThat(root.get("/whoami").status()).isEqualTo(503);
        assertThat(root.get("/whoami").status()).isEqualTo(200);
    }

    @Test
    void too_many_requests_may_say_when_to_come_again() throws Exception {
        mesa.faults().on("GET", "/whoami").times(1).tooManyRequests(Duration.ofSeconds(7));
        mesa.faults().on("GET", "/whoami").times(1).tooManyRequests(null);

        assertThat(root.get("/whoami").response().headers().firstValue("Retry-After"))
                .contains("7");
        Wire.Reply second = root.get("/whoami");
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.response().headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void a_dropped_request_did_not_happen() {
        mesa.faults().on("POST", "/acme/api-keys").drop();

        assertThatThrownBy(() -> root.post("/acme/api-keys", "{}")).isInstanceOf(IOException.class);

        assertThat(mesa.liveKeys()).isEmpty();
        assertThat(mesa.requests().getLast())
                .isEqualTo(new RecordedRequest("POST", "/acme/api-keys", 0, "key_root", false, false));
    }

    @Test
    void a_lost_answer_hides_what_did_happen() {
        mesa.faults().on("POST", "/acme/api-keys").loseAnswer();

        assertThatThrownBy(() -> root.post("/acme/api-keys", "{}")).isInstanceOf(IOException.class);

        assertThat(mesa.liveKeys()).hasSize(1);
        assertThat(mesa.requests().getLast())
                .isEqualTo(new RecordedRequest("POST", "/acme/api-keys", 201, "key_root", false, false));
    }

    @Test
    void a_lying_revoke_leaves_its_key_alive() throws Exception {
        String id = root.post("/acme/api-keys", "{}").at("/id");
        mesa.faults().on("DELETE", "/acme/api-keys/.*").lie();

        assertThat(root.delete("/acme/api-keys/" + id).status()).isEqualTo(200);

        assertThat(mesa.liveKeys()).extracting(LiveKey::id).containsExactly(id);
    }

    @Test
    void a_held_request_is_done_when_it_is_released() throws Exception {
        Gate gate = mesa.faults().on("POST", "/acme/repos").hold();
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return root.post("/acme/repos", "{\"name\":\"r\"}").status();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(gate.awaitArrival()).isTrue();
        assertThat(root.get("/acme/r").status()).isEqualTo(404);
        gate.open();

        assertThat(status.get(5, TimeUnit.SECONDS)).isEqualTo(201);
    }

    @Test
    void requests_are_recorded_without_secrets() throws Exception {
        mesa.createRepo("r", Map.of());
        root.get("/acme/r/bookmarks/main");
        new Wire(mesa, "mesa_wrong").get("/whoami");

        assertThat(mesa.requests())
                .containsExactly(
                        new RecordedRequest("GET", "/acme/r/bookmarks/main", 200, "key_root", true, false),
                        new RecordedRequest("GET", "/whoami", 401, null, true, false));
        assertThat(mesa.requests().toString()).doesNotContain(mesa.rootKey());
    }
}
