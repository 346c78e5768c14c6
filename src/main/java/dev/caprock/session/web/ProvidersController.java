package dev.caprock.session.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.remote.Standing;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.AdmissionSettings;
import dev.caprock.session.SessionQueue;
import dev.caprock.session.SessionSettings;
import dev.caprock.workspace.CredentialMode;
import dev.caprock.workspace.Finding;
import dev.caprock.workspace.Modes;
import dev.caprock.workspace.Workspaces;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Which remotes are configured, and how they stand as this replica sees it. Asks none of them, unless which credentials work was
 * never found out.
 */
@RestController
@RequestMapping("/v1/providers")
class ProvidersController {

    private final Providers providers;
    private final Workspaces workspaces;
    private final Modes modes;
    private final SessionQueue queue;
    private final AdmissionSettings admission;
    private final SessionSettings settings;
    private final Clock clock;

    ProvidersController(
            Providers providers,
            Workspaces workspaces,
            Modes modes,
            SessionQueue queue,
            AdmissionSettings admission,
            SessionSettings settings,
            Clock clock) {
        this.providers = providers;
        this.workspaces = workspaces;
        this.modes = modes;
        this.queue = queue;
        this.admission = admission;
        this.settings = settings;
        this.clock = clock;
    }

    record Remotes(List<ProviderBody> providers, WorkspacesBody workspaces) {}

    /**
     * A provider.
     *
     * @param account a name of the configured account that is no secret
     * @param byDefault whether sessions that name no provider ask it first
     * @param reason why it is not usable; absent when it is
     * @param notBefore when it may be asked again; absent when it is usable
     * @param liveSandboxes by what is stored, those included of which it is unknown whether they were made
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ProviderBody(
            String name,
            String account,
            boolean byDefault,
            boolean usable,
            @Nullable String reason,
            @Nullable Instant notBefore,
            String breaker,
            long liveSandboxes,
            Limits limits) {}

    /** @param maximumSandboxes absent where only the provider itself sets a limit */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Limits(String maximumLifetime, @Nullable Integer maximumSandboxes, List<String> templateKinds) {}

    /** Whoever mints credentials and keeps the repos. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record WorkspacesBody(
            boolean configured,
            boolean usable,
            @Nullable String reason,
            @Nullable Instant notBefore,
            String breaker,
            List<CredentialBody> credentials) {}

    /**
     * A way of giving a sandbox access to the repos.
     *
     * @param mode as a request names it in {@code credential}
     * @param reason why it does not work here; absent when it does
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CredentialBody(
            String mode, boolean usable, @Nullable String reason, boolean revocable, String longestLife) {

        static CredentialBody of(Finding finding) {
            CredentialMode mode = finding.mode();
            return new CredentialBody(
                    mode.toString(),
                    finding.works(),
                    finding.problem(),
                    mode.revocable(),
                    mode.longestLife().toString());
        }
    }

    @GetMapping
    Remotes list() {
        Map<String, Long> live = queue.liveSandboxes();
        return new Remotes(
                providers.names().stream()
                        .map(name -> body(providers.named(name), live.getOrDefault(name, 0L)))
                        .toList(),
                workspaces());
    }

    private ProviderBody body(Provider provider, long live) {
        Standing standing = provider.standing();
        Integer most = admission.maximum(provider.name());
        String full = most != null && live >= most ? "all of its %d sandboxes are in use".formatted(most) : null;
        String reason = standing.isUsable() ? full : standing.reason();
        return new ProviderBody(
                provider.name(),
                provider.account(),
                provider.name().equals(providers.preferred(settings.defaultProvider())),
                reason == null,
                reason,
                notBefore(standing),
                standing.breaker().text(),
                live,
                new Limits(provider.maximumLifetime().toString(), most, provider.templateKinds()));
    }

    private WorkspacesBody workspaces() {
        Standing standing = workspaces.standing();
        boolean configured = workspaces.configured();
        return new WorkspacesBody(
                configured,
                configured && standing.isUsable(),
                configured ? standing.reason() : "there is no key for workspaces",
                notBefore(standing),
                standing.breaker().text(),
                modes.findings().stream().map(CredentialBody::of).toList());
    }

    private @Nullable Instant notBefore(Standing standing) {
        return standing.isUsable()
                ? null
                : clock.instant().plus(standing.busyFor()).truncatedTo(ChronoUnit.MILLIS);
    }
}
