package dev.caprock.simulator.vercel;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the caller of create or update wants, checked. */
record SandboxRequest(ObjectNode json) {

    private static final Set<String> FIELDS = Set.of(
            "projectId",
            "name",
            "ports",
            "source",
            "runtime",
            "image",
            "timeout",
            "resources",
            "persistent",
            "env",
            "tags",
            "networkPolicy",
            "networkId",
            "snapshotExpiration",
            "keepLastSnapshots",
            "mounts",
            "region",
            "failoverRegions");

    private static final int LARGEST_ENVIRONMENT = 4096;
    private static final long DAY_MILLIS = 86_400_000;

    static SandboxRequest read(ObjectNode json, boolean strict, Plan plan) {
        if (strict) {
            checkClosed(json);
        }
        var request = new SandboxRequest(json);
        request.checkName();
        request.checkPorts();
        request.checkTimeout(plan);
        request.checkVcpus(plan);
        request.checkTags();
        checkEnvironment(request.environment());
        request.checkExpiration();
        request.checkSystem();
        NetworkPolicy.check(json.path("networkPolicy"));
        return request;
    }

    private static void checkClosed(ObjectNode json) {
        var unknown = new HashSet<>(json.propertyNames());
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw Refused.invalid("should NOT have additional property `%s`."
                    .formatted(unknown.iterator().next()));
        }
    }

    private void checkName() {
        if (json.has("name") && !json.get("name").asString("").matches("[a-zA-Z0-9_-]{1,128}")) {
            throw Refused.invalid("`name` should match pattern \"^[a-zA-Z0-9_-]+$\".");
        }
    }

    private void checkPorts() {
        if (json.path("ports").size() > 15) {
            throw Refused.invalid("`ports` should NOT have more than 15 items.");
        }
        boolean good = json.path("ports").valueStream().allMatch(port -> {
            int number = port.asInt(0);
            return number >= 1024 && number <= 65535;
        });
        if (!good) {
            throw Refused.invalid("`ports` should be between 1024 and 65535.");
        }
    }

    private void checkTimeout(Plan plan) {
        if (timeout().compareTo(Duration.ofSeconds(1)) < 0) {
            throw Refused.invalid("`timeout` should be >= 1000.");
        }
        if (timeout().compareTo(plan.longestRun()) > 0) {
            throw Refused.invalid(
                    "`timeout` should be <= %d.".formatted(plan.longestRun().toMillis()));
        }
    }

    private void checkVcpus(Plan plan) {
        if (vcpus() != 1 && vcpus() % 2 != 0 || vcpus() < 1 || vcpus() > plan.vcpus()) {
            throw Refused.invalid("`resources.vcpus` should be 1 or an even number up to %d.".formatted(plan.vcpus()));
        }
    }

    private void checkTags() {
        if (tags().size() > 5 || tags().values().stream().anyMatch(value -> value.length() > 256)) {
            throw Refused.invalid("`tags` should NOT have more than 5 properties of 256 characters.");
        }
    }

    static void checkEnvironment(Map<String, String> environment) {
        int size = environment.entrySet().stream()
                .mapToInt(entry -> (entry.getKey() + entry.getValue()).getBytes(StandardCharsets.UTF_8).length)
                .sum();
        if (size > LARGEST_ENVIRONMENT) {
            throw Refused.invalid("`env` should NOT be larger than 4 KB.");
        }
    }

    private void checkExpiration() {
        long expiration = json.path("snapshotExpiration").asLong(0);
        if (expiration != 0 && expiration < DAY_MILLIS) {
            throw Refused.invalid("`snapshotExpiration` should be 0 or >= 86400000.");
        }
    }

    private void checkSystem() {
        if (json.has("runtime") && json.has("image")) {
            throw Refused.invalid("`runtime` and `image` exclude each other.");
        }
        String source = json.path("source").path("type").asString("snapshot");
        if (!source.equals("snapshot")) {
            throw Refused.badRequest("the simulator has no sources of type " + source);
        }
        if (snapshotId() != null && (json.has("runtime") || json.has("image"))) {
            throw Refused.invalid("`runtime` and `image` cannot be used with a snapshot source.");
        }
    }

    @Nullable
    String name() {
        return string("name");
    }

    @Nullable
    String runtime() {
        return string("runtime");
    }

    @Nullable
    String image() {
        return string("image");
    }

    @Nullable
    String snapshotId() {
        JsonNode id = json.path("source").path("snapshotId");
        return id.isString() ? id.asString() : null;
    }

    private @Nullable String string(String field) {
        return json.path(field).isString() ? json.path(field).asString() : null;
    }

    Duration timeout() {
        return Duration.ofMillis(json.path("timeout").asLong(300_000));
    }

    int vcpus() {
        return json.path("resources").path("vcpus").asInt(2);
    }

    boolean persistent() {
        return json.path("persistent").asBoolean(true);
    }

    /** Zero is for ever. */
    Duration snapshotExpiration() {
        return Duration.ofMillis(json.path("snapshotExpiration").asLong(30 * DAY_MILLIS));
    }

    Map<String, String> environment() {
        return strings(json.path("env"), "env");
    }

    Map<String, String> tags() {
        return strings(json.path("tags"), "tags");
    }

    static Map<String, String> strings(JsonNode json, String field) {
        if (json.valueStream().anyMatch(value -> !value.isString())) {
            throw Refused.invalid("`%s` should be a map of strings.".formatted(field));
        }
        return json.properties().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().asString()));
    }
}
