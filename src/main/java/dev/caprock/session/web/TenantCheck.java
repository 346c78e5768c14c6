package dev.caprock.session.web;

import dev.caprock.problem.Problem;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.Ceilings;
import dev.caprock.session.NewSession;
import dev.caprock.session.SessionSettings;
import dev.caprock.tenant.Limits;
import dev.caprock.tenant.Tenants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Checks a request for a session against what the caller's tenant may have, and fills in what depends on that. */
@Component
class TenantCheck {

    private final Tenants tenants;
    private final Providers providers;
    private final Ceilings ceilings;
    private final SessionSettings settings;

    TenantCheck(Tenants tenants, Providers providers, Ceilings ceilings, SessionSettings settings) {
        this.tenants = tenants;
        this.providers = providers;
        this.ceilings = ceilings;
        this.settings = settings;
    }

    /** How long a session stays open that does not say. */
    Duration defaultTtl(String tenant) {
        Duration longest = tenants.limits(tenant).maximumTtl();
        return longest != null && longest.compareTo(settings.defaultTtl()) < 0 ? longest : settings.defaultTtl();
    }

    /** The configured providers that may make the tenant's sandboxes. */
    List<String> providers(String tenant) {
        Limits limits = tenants.limits(tenant);
        return providers.names().stream().filter(limits::allowsProvider).toList();
    }

    /** Who is asked when nobody is named: where the usual one is not allowed, the first that is. */
    String preferredProvider(String tenant) {
        String usual = providers.preferred(settings.defaultProvider());
        List<String> allowed = providers(tenant);
        return allowed.isEmpty() || allowed.contains(usual) ? usual : allowed.getFirst();
    }

    /** @throws Problem naming all that the tenant may not have; its code is that of the first */
    void check(NewSession session) {
        var refused = new Refused();
        Limits limits = tenants.limits(session.tenant());
        repos(session, limits, refused);
        if (!limits.allowsProvider(session.provider())) {
            String message = "Your tenant may not use this provider; it may use %s.".formatted(limits.providers());
            refused.add("provider_not_allowed", "/provider", message);
        }
        if (!limits.allowsAgent(session.terms().agent().kind())) {
            String message = "Your tenant may not run this kind of agent; it may run %s.".formatted(limits.agents());
            refused.add("agent_not_allowed", "/agent/kind", message);
        }
        ttl(session.terms().ttl(), limits, refused);
        refused.end();
    }

    private static void repos(NewSession session, Limits limits, Refused refused) {
        for (int i = 0; i < session.repos().size(); i++) {
            String name = session.repos().get(i).name();
            if (!limits.allowsRepo(name)) {
                String message =
                        "Your tenant may not use the repo \"%s\"; it may use %s.".formatted(name, limits.repos());
                refused.add("repo_not_allowed", "/repos/%d/name".formatted(i), message);
            }
        }
    }

    private void ttl(Duration ttl, Limits limits, Refused refused) {
        if (limits.maximumTtl() != null && ttl.compareTo(limits.maximumTtl()) > 0) {
            String message = "Your tenant's sessions may stay open for %s at most.".formatted(limits.maximumTtl());
            refused.add("ttl_not_allowed", "/ttl", message);
        }
        Duration most = ceilings.mostSandboxTime(ttl);
        if (limits.budget() != null && most.compareTo(limits.budget()) > 0) {
            String message = "This can take %s of sandbox time, more than your tenant's whole budget of %s in a %s."
                    .formatted(most, limits.budget(), tenants.budgetPeriod().text());
            refused.add("budget_too_small", "/ttl", message);
        }
    }

    /** What is found, in order. */
    private static final class Refused {

        private final List<Problem.Mistake> mistakes = new ArrayList<>();
        private @Nullable String code;

        void add(String newCode, String pointer, String message) {
            code = code == null ? newCode : code;
            mistakes.add(new Problem.Mistake(pointer, message));
        }

        void end() {
            if (code != null) {
                throw Problem.impossible(code, mistakes);
            }
        }
    }
}
