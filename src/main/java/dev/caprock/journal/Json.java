package dev.caprock.journal;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The data of an event as it is stored. */
final class Json {

    // ASCII: an agent may print "\ud800", half a character, which JSON can escape but no UTF-8 text can carry.
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final TypeReference<LinkedHashMap<String, Object>> OBJECT = new TypeReference<>() {};

    private Json() {}

    static String write(Map<String, Object> data) {
        return MAPPER.writeValueAsString(data);
    }

    static Map<String, Object> read(String data) {
        return MAPPER.readValue(data, OBJECT);
    }
}
