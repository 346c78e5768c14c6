package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.access.DevelopmentKeys;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Many who read the same session, and some who do not read. */
@ScenarioTest
class ManyReadersTest {

    private static final int READERS = 400;
    private static final String BIG =
            "i=0; while [ $i -lt 40 ]; do head -c 500000 /dev/zero | tr '\\0' x; echo; i=$((i+1)); done";

    @Autowired
    private Scenario scenario;

    @Autowired
    private MeterRegistry metrics;

    @Autowired
    private DataSource database;

    @Test
    void allSeeTheSame() throws Exception {
        var session = scenario.session()
                .shell("for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.1; done")
                .start();
        List<Future<String>> streams = new ArrayList<>();

        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < READERS; i++) {
                streams.add(readers.submit(() -> stream(session)));
            }
        }

        String whole = stream(session);
        assertThat(whole).contains("line 8", "closed");
        assertThat(streams).extracting(Future::resultNow).containsOnly(whole);
    }

    @Test
    void whoDoesNotReadIsCutOffAndDelaysNobody() throws Exception {
        var session = scenario.session().shell(BIG).start();
        session.awaitEvent("run.output");
        double before = cutForBeingSlow();

        try (Socket lazy = connect(session)) {
            session.awaitClosed();
            await().until(() -> metrics.get("caprock.readers").gauge().value() == 0);
            lazy.setSoTimeout(30_000);

            assertThat(everything(lazy)).as("cut off in the middle").doesNotContain("\"status\":\"closed\"");
        }
        assertThat(session.output("stdout")).hasSize(40 * 500_001);
        assertThat(cutForBeingSlow() - before).isEqualTo(1);
    }

    private double cutForBeingSlow() {
        return metrics.get("caprock.readers.cut")
                .tag("reason", "slow")
                .counter()
                .count();
    }

    private Socket connect(StartedSession session) throws IOException {
        URI service = scenario.http().uri();
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new java.net.InetSocketAddress(service.getHost(), service.getPort()));
        socket.getOutputStream()
                .write(
                        "GET %s/events HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: text/event-stream\r\n\r\n"
                                .formatted(session.path(), service.getAuthority(), DevelopmentKeys.admin(database))
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String everything(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException reset) {
            return "";
        }
    }

    /** Heartbeats apart, which come when they come. */
    private String stream(StartedSession session) {
        return scenario.http()
                .get(session.path() + "/events", "Accept", "text/event-stream")
                .body()
                .replace(": still here\n\n", "");
    }
}
