package dev.caprock;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongConsumer;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A PostgreSQL on loopback that lives as long as this JVM: in a container where a Docker engine answers, else embedded.
 */
record PostgresServer(String host, int port, String user, String password, LongConsumer killer) {

    private static final String IMAGE = "postgres:18-alpine";
    private static final String MAX_CONNECTIONS = "400";

    /** @param durable whether a commit survives a crash of the server, as in production; slow */
    static PostgresServer start(boolean durable) {
        return DockerClientFactory.instance().isDockerAvailable() ? container(durable) : embedded(durable);
    }

    @SuppressWarnings("resource") // Testcontainers removes it after the JVM's end
    private static PostgresServer container(boolean durable) {
        var onOff = durable ? "on" : "off";
        var container = new PostgreSQLContainer(IMAGE)
                .withCommand(
                        "postgres",
                        "-c",
                        "max_connections=" + MAX_CONNECTIONS,
                        "-c",
                        "fsync=" + onOff,
                        "-c",
                        "synchronous_commit=" + onOff);
        container.start();
        return new PostgresServer(
                container.getHost(),
                container.getFirstMappedPort(),
                container.getUsername(),
                container.getPassword(),
                pid -> kill(container, pid));
    }

    private static void kill(PostgreSQLContainer container, long pid) {
        try {
            container.execInContainer("kill", "-9", Long.toString(pid));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("resource") // it stops in a shutdown hook of its own
    private static PostgresServer embedded(boolean durable) {
        var onOff = durable ? "on" : "off";
        try {
            var server = EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", MAX_CONNECTIONS)
                    .setServerConfig("fsync", onOff)
                    .setServerConfig("synchronous_commit", onOff)
                    .start();
            return new PostgresServer(
                    "localhost",
                    server.getPort(),
                    "postgres",
                    "postgres",
                    pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        } catch (IOException failure) {
            throw new UncheckedIOException("the embedded PostgreSQL does not start", failure);
        }
    }

    /** Has one of its processes die, whereupon it ends all connections and recovers from its log, as after a crash. */
    void crash(long pid) {
        killer.accept(pid);
    }

    String url(String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
    }
}
