package dev.caprock.session.lifecycle;

import dev.caprock.id.PublicId;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;

/**
 * The tag of this installation, made once in its database: what carries it outside was made by us. It is read when it is first
 * needed: the image is made by a start that has no database.
 */
@Component
public final class Installation {

    /** How the name of every key of ours begins; the attempt that made it comes next. */
    public static final String KEY_PREFIX = "caprock-";

    public static final String KEY_OWNER = "caprock-owner";
    public static final String KEY_SESSION = "caprock-session";

    private final Supplier<String> tag;

    Installation(JdbcClient jdbc) {
        tag = SingletonSupplier.of(() -> PublicId.digits(
                jdbc.sql("select tag from installation").query(UUID.class).single()));
    }

    public String tag() {
        return tag.get();
    }

    /** What a session's key is tagged with. */
    Map<String, String> keyTags(UUID session) {
        return Map.of(KEY_OWNER, tag(), KEY_SESSION, PublicId.digits(session));
    }
}
