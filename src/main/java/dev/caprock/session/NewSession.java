package dev.caprock.session;

import java.util.List;
import java.util.Map;

/**
 * What a caller asks for, checked and with the service's defaults filled in.
 *
 * @param provider who makes the sandbox, unless another one has to
 * @param network with secrets, of which a session keeps only the names, in its terms
 */
public record NewSession(
        String tenant,
        String createdBy,
        String provider,
        Terms terms,
        Network network,
        List<Repo> repos,
        Map<String, String> labels) {

    /** The same with another provider. */
    public NewSession with(String otherProvider) {
        return new NewSession(tenant, createdBy, otherProvider, terms, network, repos, labels);
    }

    /** The same with another network, and another agent for it. */
    public NewSession with(Network other, AgentChoice choice) {
        return new NewSession(tenant, createdBy, provider, terms.with(other, choice), other, repos, labels);
    }

    /** The same with what was found out about its repos, and the credential mode that was chosen. */
    public NewSession resolved(List<Repo> found, String mode) {
        return new NewSession(
                tenant, createdBy, provider, terms.withCredential(mode), network, List.copyOf(found), labels);
    }
}
