package dev.caprock.session.lifecycle;

import dev.caprock.session.PublicId;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The tag of this installation, made once in its database: what carries it outside was made by us. */
@Component
record Installation(String tag) {

    @org.springframework.beans.factory.annotation.Autowired
    Installation(JdbcClient jdbc) {
        this(PublicId.digits(
                jdbc.sql("select tag from installation").query(UUID.class).single()));
    }
}
