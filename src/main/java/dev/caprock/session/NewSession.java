package dev.caprock.session;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for, checked and with the service's defaults filled in.
 *
 * @param anyProvider whether another provider may make the sandbox when {@code provider} cannot
 * @param template the provider's template; null for its default
 * @param vcpus null for the provider's default
 * @param ttl the longest the session may stay open, counted from when opening starts
 * @param runTimeout the longest one run may take
 */
public record NewSession(
        String tenant,
        String createdBy,
        String provider,
        boolean anyProvider,
        @Nullable String template,
        @Nullable Integer vcpus,
        Network network,
        List<Repo> repos,
        Isolation isolation,
        Publish publish,
        AgentChoice agent,
        Duration ttl,
        Duration runTimeout,
        CloseWhen closeWhen,
        Map<String, String> labels) {

    /** The same with another provider. */
    public NewSession with(String otherProvider) {
        return new NewSession(
                tenant,
                createdBy,
                otherProvider,
                anyProvider,
                template,
                vcpus,
                allow,
                repos,
                isolation,
                publish,
                agent,
                ttl,
                runTimeout,
                closeWhen,
                labels);
    }

    /** The same with other repos. */
    public NewSession with(List<Repo> others) {
        return new NewSession(
                tenant,
                createdBy,
                provider,
                anyProvider,
                template,
                vcpus,
                network,
                List.copyOf(found),
                isolation,
                publish,
                agent,
                ttl,
                runTimeout,
                closeWhen,
                labels);
    }

    /** The same with another network, and another agent for it. */
    public NewSession with(Network other, AgentChoice choice) {
        return new NewSession(
                tenant,
                createdBy,
                provider,
                credential,
                template,
                vcpus,
                other,
                repos,
                isolation,
                publish,
                choice,
                ttl,
                runTimeout,
                closeWhen,
                labels);
    }
}
