package dev.caprock.session.lifecycle;

import dev.caprock.id.Ids;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** This running process: a fresh id each time it starts. */
@Component
record Replica(UUID id) {

    @org.springframework.beans.factory.annotation.Autowired
    Replica(Ids ids) {
        this(ids.next());
    }
}
