package dev.caprock.session;

import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import java.time.Duration;
import java.util.List;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * What was agreed when a session was accepted. It never changes.
 *
 * @param anyProvider whether another provider may make the sandbox when the first cannot
 * @param credential how the sandbox is given access to the repos: a mode's name
 * @param template the provider's template; null for its default
 * @param vcpus null for the provider's default
 * @param allow host names that the sandbox may reach; null for no restriction
 * @param inject which requests of the sandbox get which headers once they have left it
 * @param ttl the longest the session may stay open, counted from when opening starts
 * @param runTimeout the longest one run may take
 */
@Embeddable
public record Terms(
        boolean anyProvider,
        String credential,
        @Nullable String template,
        @Nullable Integer vcpus,
        @JdbcTypeCode(SqlTypes.JSON) @Nullable List<String> allow,
        @JdbcTypeCode(SqlTypes.JSON) List<Injected> inject,
        @Enumerated(EnumType.STRING) Isolation isolation,
        @Enumerated(EnumType.STRING) Publish publish,
        @JdbcTypeCode(SqlTypes.JSON) AgentChoice agent,
        Duration ttl,
        Duration runTimeout,
        @Enumerated(EnumType.STRING) CloseWhen closeWhen,
        @Enumerated(EnumType.STRING) OnSandboxLost onSandboxLost) {

    Terms with(Network network, AgentChoice choice) {
        return new Terms(
                anyProvider,
                credential,
                template,
                vcpus,
                network.allow(),
                network.injected(),
                isolation,
                publish,
                choice,
                ttl,
                runTimeout,
                closeWhen,
                onSandboxLost);
    }

    Terms withCredential(String mode) {
        return new Terms(
                anyProvider,
                mode,
                template,
                vcpus,
                allow,
                inject,
                isolation,
                publish,
                agent,
                ttl,
                runTimeout,
                closeWhen,
                onSandboxLost);
    }
}
