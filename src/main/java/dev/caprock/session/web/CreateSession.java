package dev.caprock.session.web;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /v1/sessions}, as it comes. Every field may be missing until it is checked. */
record CreateSession(
        @Nullable List<@Nullable RepoChoice> repos,
        @Nullable String isolation,
        @Nullable String publish,
        @Nullable String provider,
        @Nullable String credential,
        @Nullable String template,
        @Nullable Agent agent,
        @Nullable String prompt,
        @Nullable String ttl,
        @Nullable String runTimeout,
        @Nullable String closeWhen,
        @Nullable String onSandboxLost,
        @Nullable Resources resources,
        @Nullable Network network,
        @Nullable Map<String, @Nullable String> labels) {

    record RepoChoice(
            @Nullable String name,
            @Nullable String mode,
            @Nullable String bookmark,
            @Nullable Boolean createIfMissing) {}

    record Agent(
            @Nullable String kind,
            @Nullable String version,
            @Nullable List<@Nullable String> args,
            @Nullable List<@Nullable String> command,
            @Nullable Map<String, @Nullable String> env,
            @Nullable Map<String, @Nullable String> secrets) {

        @Override
        public String toString() {
            return "Agent[kind=%s, …]".formatted(kind);
        }
    }

    record Resources(@Nullable Integer vcpus) {}

    record Network(
            @Nullable List<@Nullable String> allow,
            @Nullable List<@Nullable Injection> inject) {}

    record Injection(@Nullable String host, @Nullable Map<String, @Nullable String> headers) {

        @Override
        public String toString() {
            return "Injection[host=%s, …]".formatted(host);
        }
    }

    @Override
    public String toString() {
        return "CreateSession[repos=%s, agent=%s, …]".formatted(repos, agent);
    }
}
