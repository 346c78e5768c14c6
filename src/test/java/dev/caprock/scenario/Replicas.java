package dev.caprock.scenario;

import dev.caprock.TestDatabase;
import dev.caprock.simulator.Simulators;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Real replicas on one database, with the remotes that they share. Callers reach the one that was started or chosen last. */
final class Replicas implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(4);

    /** As application.yaml has it, shorter like the lease. */
    private static final String IMPATIENT = "set idle_in_transaction_session_timeout = '2s'";

    private final Simulators simulators = Simulators.start();
    private final TestDatabase database = TestDatabase.durable();
    private final Map<UUID, ServiceProcess> processes = new ConcurrentHashMap<>();
    private final Map<String, String> settings;
    private volatile URI front = URI.create("http://127.0.0.1:1");
    private final Scenario scenario = new Scenario(() -> front, simulators, database.dataSource());

    /** @param settings of each replica, beside those that make it use the simulators */
    Replicas(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
    }

    Scenario scenario() {
        return scenario;
    }

    Simulators simulators() {
        return simulators;
    }

    TestDatabase database() {
        return database;
    }

    /** Starts one more, and has callers reach it. Its id. */
    UUID start() {
        var all = new HashMap<>(simulators.properties());
        all.put("spring.datasource.url", database.getJdbcUrl());
        all.put("spring.datasource.username", database.getUsername());
        all.put("spring.datasource.password", database.getPassword());
        all.put("spring.datasource.hikari.connection-init-sql", IMPATIENT);
        all.put("caprock.secrets.master-key", Scenario.MASTER_KEY);
        all.put("caprock.lifecycle.lease", LEASE.toString());
        all.put("caprock.lifecycle.heartbeat", "PT1S");
        all.put("caprock.lifecycle.poll", "PT0.2S");
        all.putAll(settings);
        ServiceProcess process = ServiceProcess.start(all);
        UUID id = alive().stream()
                .filter(replica -> !processes.containsKey(replica))
                .findFirst()
                .orElseThrow();
        processes.put(id, process);
        front = process.uri();
        return id;
    }

    ServiceProcess process(UUID id) {
        return Objects.requireNonNull(processes.get(id));
    }

    /** Has callers reach this one. */
    void reach(UUID id) {
        front = process(id).uri();
    }

    /** All that were started, dead ones included. */
    List<UUID> all() {
        return List.copyOf(processes.keySet());
    }

    /** Those that the database counts as alive. */
    List<UUID> alive() {
        return database.client()
                .sql("select id from replica where alive_until > clock_timestamp()")
                .query((row, number) -> row.getObject(1, UUID.class))
                .list();
    }

    @Override
    public void close() {
        processes.values().forEach(ServiceProcess::close);
        simulators.close();
    }
}
