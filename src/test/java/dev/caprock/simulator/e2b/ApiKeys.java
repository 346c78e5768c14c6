package dev.caprock.simulator.e2b;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The API keys that are good now, and whose they are. */
final class ApiKeys {

    private final Map<String, String> accounts = new ConcurrentHashMap<>();

    void put(String key, String account) {
        accounts.put(key, account);
    }

    void remove(String key) {
        accounts.remove(key);
    }

    /** The account that the call is made for. */
    String account(Call call) {
        String key = call.header("X-API-Key");
        if (key == null) {
            throw Refused.api(401, "Invalid API key, please visit https://e2b.dev/docs/api-key for more information.");
        }
        if (!key.matches("e2b_[0-9a-f]+")) {
            throw Refused.api(401, "Invalid API key format");
        }
        String account = accounts.get(key);
        if (account == null) {
            throw Refused.api(401, "Cannot get the team for the given API key: no such key");
        }
        return account;
    }
}
