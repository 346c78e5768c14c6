package dev.caprock.remote;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a refused answer says of itself, credentials taken out; both are empty when the body is not the JSON we know. */
record ErrorBody(String code, String message) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int CODE_LIMIT = 100;
    private static final int MESSAGE_LIMIT = 300;

    /** Accepts {@code {"error":{code,message}}}, {@code {code,message}} with code as text or number, and anything else. */
    static ErrorBody read(byte[] body) {
        try {
            JsonNode root = JSON.readTree(body);
            JsonNode error = root.path("error").isObject() ? root.path("error") : root;
            String code = error.path("error_code").asString(error.path("code").asString(""));
            String message = error.path("message").asString("");
            return new ErrorBody(clean(code, CODE_LIMIT), clean(message, MESSAGE_LIMIT));
        } catch (JacksonException notJson) {
            return new ErrorBody("", "");
        }
    }

    String describe() {
        return (code.isEmpty() ? "" : " " + code) + (message.isEmpty() ? "" : " (" + message + ")");
    }

    /** Masks before it cuts: half a credential is not recognised any more, and still half a credential. */
    private static String clean(String words, int limit) {
        String masked = Redaction.of(words);
        return masked.length() <= limit ? masked : masked.substring(0, limit) + "…";
    }
}
