package dev.caprock.apidocs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What breaks a client that was written for an earlier document, and what does not. */
class PromisesTest {

    private static final String DOCUMENT = """
            {"paths": {"/v1/things": {"post": {
                "operationId": "createThing",
                "parameters": [{"name": "mode", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/CreateThing"}}}},
                "responses": {
                    "201": {"headers": {"Location": {}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                    "400": {"description": "Bad Request"}}}}},
            "components": {"schemas": {
                "CreateThing": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}},
                "Thing": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "labels": {"type": "array", "items": {"type": "string"}}}}}}}
            """;

    @Test
    void theSameDocumentBreaksNothing() {
        assertThat(broken(DOCUMENT)).isEmpty();
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', textBlock = """
            "/v1/things":                        | "/v1/stuff":
            "post":                              | "put":
            "operationId": "createThing"         | "operationId": "makeThing"
            "name": "mode"                       | "name": "way"
            "in": "query"                        | "in": "query", "required": true
            ["a", "b"]                           | ["a"]
            "required": ["name"]                 | "required": ["name", "size"]
            "size": {"type": "integer"}          | "weight": {"type": "integer"}
            "size": {"type": "integer"}          | "size": {"type": "string"}
            "201":                               | "200":
            "Location"                           | "Place"
            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"} | "text/plain": {"schema": {"type": "string"}
            "required": ["id"]                   | "required": []
            "id": {"type": "string"}             | "key": {"type": "string"}
            "id": {"type": "string"}             | "id": {"type": ["string", "null"]}
            "items": {"type": "string"}          | "items": {"type": "integer"}
            "id": {"type": "string"}             | "id": {"type": "string", "format": "uuid"}
            """)
    void thisBreaksAClient(String before, String after) {
        assertThat(DOCUMENT).contains(before);
        assertThat(broken(DOCUMENT.replace(before, after))).isNotEmpty();
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', textBlock = """
            ["a", "b"]                           | ["a", "b", "c"]
            "required": ["name"]                 | "required": []
            "size": {"type": "integer"}          | "size": {"type": "integer"}, "weight": {"type": "integer"}
            "size": {"type": "integer"}          | "size": {"type": ["integer", "null"]}
            "id": {"type": "string"}             | "id": {"type": "string"}, "at": {"type": "string"}
            "required": ["id"]                   | "required": ["id", "labels"]
            "400":                               | "409":
            {"paths": {                          | {"paths": {"/v1/others": {"get": {"operationId": "listOthers"}},
            """)
    void thisDoesNot(String before, String after) {
        assertThat(DOCUMENT).contains(before);
        assertThat(broken(DOCUMENT.replace(before, after))).isEmpty();
    }

    private static java.util.List<String> broken(String now) {
        return Promises.broken(tree(DOCUMENT), tree(now));
    }

    private static JsonNode tree(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
