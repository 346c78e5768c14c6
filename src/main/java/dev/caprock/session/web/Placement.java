package dev.caprock.session.web;

import dev.caprock.problem.Problem;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Providers;
import dev.caprock.sandbox.Refusal;
import dev.caprock.sandbox.Specification;
import dev.caprock.session.Ceilings;
import dev.caprock.session.NewSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/** Which provider a session is asked of first: the one that is wanted, if it can do all that the request asks for. */
@Component
class Placement {

    private final Providers providers;
    private final Ceilings ceilings;
    private final NetworkCheck network;
    private final TenantCheck tenant;

    Placement(Providers providers, Ceilings ceilings, NetworkCheck network, TenantCheck tenant) {
        this.providers = providers;
        this.ceilings = ceilings;
        this.network = network;
        this.tenant = tenant;
    }

    /**
     * At the provider that is wanted, or at another that can do what it cannot, where the caller leaves that open.
     *
     * @param secrets the names of the agent's
     * @throws Problem when none can
     */
    NewSession placed(NewSession session, Set<String> secrets) {
        List<Problem.Mistake> impossible = impossible(session, secrets);
        if (!impossible.isEmpty() && session.terms().anyProvider()) {
            Optional<NewSession> elsewhere = tenant.providers(session.tenant()).stream()
                    .map(session::with)
                    .filter(other -> impossible(other, secrets).isEmpty())
                    .findFirst();
            if (elsewhere.isPresent()) {
                return elsewhere.get();
            }
        }
        if (!impossible.isEmpty()) {
            throw Problem.impossible("not_possible", impossible);
        }
        return session;
    }

    private List<Problem.Mistake> impossible(NewSession session, Set<String> secrets) {
        var impossible = new ArrayList<Problem.Mistake>();
        Provider provider = providers.named(session.provider());
        Duration longest = ceilings.longestTtl(provider.name());
        if (session.terms().ttl().compareTo(longest) > 0) {
            impossible.add(new Problem.Mistake(
                    "/ttl",
                    "A sandbox of %s lives for %s at most, so that ttl may be %s at most."
                            .formatted(provider.name(), provider.maximumLifetime(), longest)));
        }
        network.refusal(session, secrets).ifPresent(impossible::add);
        for (Refusal refusal : provider.refusals(specification(session))) {
            impossible.add(new Problem.Mistake(pointer(refusal.field()), refusal.message()));
        }
        return impossible;
    }

    private static Specification specification(NewSession session) {
        return new Specification(
                "check",
                "check",
                "check",
                session.terms().template(),
                session.terms().ttl(),
                session.terms().vcpus(),
                network(session));
    }

    private static dev.caprock.sandbox.Network network(NewSession session) {
        return new dev.caprock.sandbox.Network(
                session.network().allow(),
                session.network().inject().stream()
                        .map(each -> new dev.caprock.sandbox.Network.Injection(each.host(), each.headers()))
                        .toList());
    }

    private static String pointer(String field) {
        return switch (field) {
            case "vcpus" -> "/resources/vcpus";
            case "life" -> "/ttl";
            default -> "/" + field;
        };
    }
}
