package dev.caprock.session.lifecycle;

import dev.caprock.id.PublicId;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The tag of this installation, made once in its database: what carries it outside was made by us. */
@Component
public record Installation(String tag) {

    /** How the name of every key of ours begins; the attempt that made it comes next. */
    public static final String KEY_PREFIX = "caprock-";

    public static final String KEY_OWNER = "caprock-owner";
    public static final String KEY_SESSION = "caprock-session";

    @Autowired
    Installation(JdbcClient jdbc) {
        this(PublicId.digits(
                jdbc.sql("select tag from installation").query(UUID.class).single()));
    }

    /** What a session's key is tagged with. */
    Map<String, String> keyTags(UUID session) {
        return Map.of(KEY_OWNER, tag, KEY_SESSION, PublicId.digits(session));
    }
}
