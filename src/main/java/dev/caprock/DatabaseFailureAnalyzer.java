package dev.caprock;

import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/** Has a start without its database end with one sentence. */
class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    private static final String UNREACHABLE = "08";
    private static final String NOT_LET_IN = "28";
    private static final String NO_SUCH_DATABASE = "3D";

    private final Environment environment;

    DatabaseFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable failure, SQLException cause) {
        String state = Objects.requireNonNullElse(cause.getSQLState(), "");
        // Its query may hold a password.
        String url = environment.getProperty("spring.datasource.url", "").replaceFirst("\\?.*", "");
        if (state.startsWith(UNREACHABLE)) {
            Throwable root = Objects.requireNonNullElse(NestedExceptionUtils.getRootCause(cause), cause);
            return analysis("The database at %s cannot be reached: %s".formatted(url, root.getMessage()), cause);
        }
        if (state.startsWith(NOT_LET_IN) || state.startsWith(NO_SUCH_DATABASE)) {
            return analysis("The database at %s lets nobody in so: %s".formatted(url, cause.getMessage()), cause);
        }
        return null;
    }

    private static FailureAnalysis analysis(String description, SQLException cause) {
        return new FailureAnalysis(
                description,
                "Look whether it runs, and whether SPRING_DATASOURCE_URL, SPRING_DATASOURCE_USERNAME and "
                        + "SPRING_DATASOURCE_PASSWORD are right.",
                cause);
    }
}
