package dev.caprock.session;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for, checked and with the service's defaults filled in.
 *
 * @param anyProvider whether another provider may make the sandbox when {@code provider} cannot
 * @param credential how the sandbox is given access to the repos: a mode's name, or what chooses one
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
        String credential,
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
                credential,
                template,
                vcpus,
                network,
                repos,
                isolation,
                publish,
                agent,
                ttl,
                runTimeout,
                closeWhen,
                labels);
    }

    /** The same with what was found out about its repos, and the credential mode that was chosen. */
    public NewSession resolved(List<Repo> found, String mode) {
        return new NewSession(
                tenant,
                createdBy,
                provider,
                anyProvider,
                mode,
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
                anyProvider,
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
