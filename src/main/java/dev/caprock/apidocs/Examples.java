package dev.caprock.apidocs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caprock.problem.Problem;
import io.swagger.v3.core.util.Json31;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Examples of schemas, from files that are named after them. */
@Component
class Examples {

    private static final ObjectMapper JSON = Json31.mapper();

    Optional<JsonNode> of(String schema) {
        try (InputStream file = Examples.class.getResourceAsStream("/openapi/examples/%s.json".formatted(schema))) {
            return file == null ? Optional.empty() : Optional.of(JSON.readTree(file));
        } catch (IOException broken) {
            throw new UncheckedIOException("the example of %s cannot be read".formatted(schema), broken);
        }
    }

    /** What an error looks like. */
    static Map<String, Object> of(ErrorCode error) {
        var problem = new LinkedHashMap<String, Object>();
        problem.put("type", "https://caprock.dev/problems/" + error.text());
        problem.put("title", error.status().getReasonPhrase());
        problem.put("status", error.status().value());
        problem.put("detail", error.detail());
        problem.put("instance", "/v1/sessions");
        problem.put("code", error.text());
        problem.put("traceId", "4bf92f3577b34da6a3ce929d0e0e4736");
        problem.put("retryable", error.isRetryable());
        problem.put("remedy", error.remedy());
        problem.put(
                "errors",
                error == ErrorCode.INVALID_REQUEST
                        ? List.of(new Problem.Mistake("/prompt", "This field is required."))
                        : List.of());
        return problem;
    }
}
