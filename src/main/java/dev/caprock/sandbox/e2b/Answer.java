package dev.caprock.sandbox.e2b;

import org.springframework.http.HttpHeaders;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** A whole HTTP answer, of any status. */
record Answer(int status, HttpHeaders headers, byte[] body) {

    private static final JsonMapper JSON = JsonMapper.shared();

    boolean succeeded() {
        return status / 100 == 2;
    }

    /** Whether E2B itself says that the thing is not there. A 404 of anyone else's, such as a proxy's page, proves nothing. */
    boolean provesAbsence() {
        return status == 404 && json().path("code").isNumber();
    }

    /** The body, or a missing node when it is not JSON. */
    JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }

    @Override
    public String toString() {
        return "Answer[status=%d]".formatted(status);
    }
}
