package dev.caprock.session.lifecycle;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** The database of the replica that asks. A dead one gets no connection, and no commit of one that it has. */
final class MortalDataSource extends AbstractDataSource {

    private static final Set<String> REFUSED = Set.of("commit", "prepareStatement", "createStatement");

    private final DataSource nobodys;

    /** @param nobodys for threads that belong to no replica */
    MortalDataSource(DataSource nobodys) {
        this.nobodys = nobodys;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Life life = Life.current();
        if (life == null) {
            return nobodys.getConnection();
        }
        if (!life.goesOn()) {
            throw new SQLException("this replica is dead");
        }
        return mortal(life, life.database().getConnection());
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    private static Connection mortal(Life life, Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                MortalDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (life.isDead() && REFUSED.contains(method.getName())) {
                        throw new SQLException("this replica is dead");
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }
}
