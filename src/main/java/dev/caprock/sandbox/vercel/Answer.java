package dev.caprock.sandbox.vercel;

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

    /** Whether Vercel itself says that the thing is not there. A 404 of anyone else's, such as a proxy's page, proves nothing. */
    boolean provesAbsence() {
        return (status == 404 || status == 410) && !errorCode().isEmpty();
    }

    /** Vercel's machine-readable word for a refusal, or nothing when it is not Vercel's. */
    String errorCode() {
        return json().path("error").path("code").asString("");
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
