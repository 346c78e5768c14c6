package dev.caprock.session.web;

import dev.caprock.access.Caller;
import dev.caprock.problem.Mistakes;
import dev.caprock.problem.Problem;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Providers;
import dev.caprock.session.NewSession;
import dev.caprock.session.Repo;
import dev.caprock.workspace.Workspaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Checks a request for a session and fills in what it leaves open. All mistakes are told at once. */
@Component
class RequestCheck {

    /** A request that can be accepted. */
    record Checked(NewSession session, String prompt, Map<String, String> secrets) {}

    private final RequestFields fields;
    private final NetworkCheck network;
    private final Placement placement;
    private final CredentialCheck credentials;
    private final TenantCheck tenant;
    private final Providers providers;
    private final Workspaces workspaces;

    RequestCheck(
            RequestFields fields,
            NetworkCheck network,
            Placement placement,
            CredentialCheck credentials,
            TenantCheck tenant,
            Providers providers,
            Workspaces workspaces) {
        this.fields = fields;
        this.network = network;
        this.placement = placement;
        this.credentials = credentials;
        this.tenant = tenant;
        this.providers = providers;
        this.workspaces = workspaces;
    }

    Checked check(CreateSession request, Caller caller) {
        requireAccounts();
        var mistakes = new Mistakes();
        String prompt = RequestFields.prompt(request.prompt(), mistakes);
        Map<String, String> secrets = RequestFields.secrets(request.agent(), mistakes);
        NewSession asked = fields.session(request, caller, mistakes);
        credentials.refuseRootKeys(secrets, "/agent/secrets", mistakes);
        credentials.refuseRootKeys(asked.terms().agent().env(), "/agent/env", mistakes);
        mistakes.end();
        tenant.check(asked);
        NewSession session = placement.placed(network.completed(asked, secrets.keySet()), secrets.keySet());
        String mode = credentials.choose(request.credential(), session);
        return new Checked(session.resolved(repos(session), mode), prompt, secrets);
    }

    private void requireAccounts() {
        if (!workspaces.configured() || providers.names().isEmpty()) {
            // not 503: sending it again mends nothing
            throw new Problem(
                    HttpStatus.NOT_IMPLEMENTED,
                    "not_configured",
                    "This service has no account for %s."
                            .formatted(workspaces.configured() ? "sandboxes" : "workspaces"),
                    "The operator sets the environment variables that README.md lists under Configuration.",
                    List.of());
        }
    }

    /** Looks the repos up now, so that an unknown one is told at once; if nobody answers, opening does it later. */
    private List<Repo> repos(NewSession session) {
        var found = new ArrayList<Repo>();
        for (int i = 0; i < session.repos().size(); i++) {
            found.add(found(session.repos().get(i), "/repos/" + i + "/name"));
        }
        return found;
    }

    private Repo found(Repo asked, String pointer) {
        try {
            Optional<dev.caprock.workspace.Repo> there = workspaces.repo(asked.name());
            if (there.isPresent()) {
                return asked.found(there.get().id(), there.get().defaultBookmark());
            }
        } catch (RemoteFailure later) {
            return asked;
        }
        if (!asked.createIfMissing()) {
            var mistake = new Problem.Mistake(
                    pointer, "There is no repo \"%s\"; create it, or set createIfMissing.".formatted(asked.name()));
            throw Problem.impossible("repo_not_found", List.of(mistake));
        }
        return asked;
    }
}
