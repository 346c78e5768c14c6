package dev.caprock.sandbox;

import java.util.List;
import java.util.Optional;

/**
 * Something asked for that a provider cannot do.
 *
 * @param field the field of {@link Specification} that asks for it, for example {@code vcpus} or {@code
 *     network/inject/0/host}
 * @param message what is possible instead, as a sentence for the caller
 */
public record Refusal(String field, String message) {

    /**
     * A sandbox without a mount and an agent, which may not reach all hosts that they are installed from.
     *
     * @param hosts none where nobody knows them: then a restricted network is refused
     */
    public static Optional<Refusal> ofInstalling(List<String> hosts, Network network) {
        if (hosts.isEmpty() && network.allow() != null) {
            return Optional.of(new Refusal(
                    "network/allow",
                    "What this template lacks cannot be installed: name one that has the mount and the agent, or have the operator"
                            + " say in package-hosts what it is installed from."));
        }
        List<String> missing =
                hosts.stream().filter(host -> !network.allows(host)).toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Refusal(
                        "network/allow",
                        "What this template lacks cannot be installed: name one that has the mount and the agent, or allow %s as well."
                                .formatted(String.join(" and ", missing))));
    }
}
