package dev.caprock;

import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A migrated database of one's own, on a server that all tests of this JVM share. It is a copy of a template, so a fresh one
 * costs some tens of milliseconds; one per test class is the usual.
 */
public final class TestDatabase implements JdbcConnectionDetails {

    private static final String TEMPLATE = "caprock_template";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final PostgresServer server;
    private final String name;
    private final HikariDataSource pool = new HikariDataSource();

    private TestDatabase(PostgresServer server, String name) {
        this.server = server;
        this.name = name;
        pool.setJdbcUrl(getJdbcUrl());
        pool.setUsername(getUsername());
        pool.setPassword(getPassword());
        pool.setMaximumPoolSize(16);
        pool.setMinimumIdle(0); // nobody closes it: let its connections go when its test class is done
        pool.setIdleTimeout(10_000);
    }

    /** A database on the fast server, whose commits do not survive a crash of the server. */
    public static TestDatabase fresh() {
        return copyOfTemplate(Fast.SERVER);
    }

    /** A database that nobody has migrated. */
    static TestDatabase empty() {
        String name = "caprock_empty_" + COUNT.incrementAndGet();
        administer(Fast.SERVER, "CREATE DATABASE " + name);
        return new TestDatabase(Fast.SERVER, name);
    }

    /** A database on a server that syncs as in production: for benchmarks and crash tests. */
    public static TestDatabase durable() {
        return copyOfTemplate(Durable.SERVER);
    }

    /** A pool of at most 16 connections. */
    public DataSource dataSource() {
        return pool;
    }

    public JdbcClient client() {
        return JdbcClient.create(pool);
    }

    public TransactionTemplate transactions() {
        return new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    /** For code that must run in the caller's transaction. */
    public <T> T inTransaction(Supplier<T> work) {
        return transactions().execute(status -> work.get());
    }

    /** Has the server crash and recover. All connections are gone when this returns. */
    public void crash() {
        long pid = client().sql("select pg_backend_pid()").query(Long.class).single();
        server.crash(pid);
        pool.getHikariPoolMXBean().softEvictConnections();
    }

    /** Ends all connections to this database but the one that says so. */
    public void disconnectAll() {
        client().sql("""
                        select count(pg_terminate_backend(pid)) from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid()""").query(Long.class).single();
    }

    @Override
    public String getJdbcUrl() {
        return server.url(name);
    }

    @Override
    public String getUsername() {
        return server.user();
    }

    @Override
    public String getPassword() {
        return server.password();
    }

    private static TestDatabase copyOfTemplate(PostgresServer server) {
        var name = "caprock_" + COUNT.incrementAndGet();
        administer(server, "CREATE DATABASE %s TEMPLATE %s".formatted(name, TEMPLATE));
        return new TestDatabase(server, name);
    }

    private static PostgresServer withTemplate(PostgresServer server) {
        administer(server, "CREATE DATABASE " + TEMPLATE);
        Flyway.configure()
                .dataSource(server.url(TEMPLATE), server.user(), server.password())
                .load()
                .migrate();
        return server;
    }

    private static void administer(PostgresServer server, String sql) {
        var maintenance = new DriverManagerDataSource(server.url("postgres"), server.user(), server.password());
        JdbcClient.create(maintenance).sql(sql).update();
    }

    /** Starts when it is first asked for. */
    private static final class Fast {
        static final PostgresServer SERVER = withTemplate(PostgresServer.start(false));
    }

    /** Starts when it is first asked for. */
    private static final class Durable {
        static final PostgresServer SERVER = withTemplate(PostgresServer.start(true));
    }
}
