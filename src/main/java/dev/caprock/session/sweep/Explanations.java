package dev.caprock.session.sweep;

import dev.caprock.id.PublicId;
import dev.caprock.session.ResourceKind;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What live sessions account for: all that is not proved gone, by its own id, or by its attempt while that is all we know. */
@Component
class Explanations {

    private final JdbcClient jdbc;

    Explanations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Things of one kind that are accounted for. */
    record Known(Set<String> ids, Set<String> attempts) {

        boolean explains(Thing thing) {
            return ids.contains(thing.id()) || attempts.contains(thing.attempt());
        }
    }

    /** A closed session explains nothing: all its resources are over. */
    Known of(ResourceKind kind) {
        var known = new Known(new HashSet<>(), new HashSet<>());
        jdbc.sql("""
                        select state, external_id, attempt from resource
                            where kind = :kind and state in ('INTENDED', 'LIVE', 'LOST')""").param("kind", kind.name()).query(row -> {
            if (row.getString("state").equals("INTENDED")) {
                known.attempts().add(PublicId.digits(row.getObject("attempt", UUID.class)));
            } else {
                known.ids().add(row.getString("external_id"));
            }
        });
        return known;
    }
}
