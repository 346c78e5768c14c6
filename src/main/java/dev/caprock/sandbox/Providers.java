package dev.caprock.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The providers that are configured, by name. */
@Component
public class Providers {

    private final Map<String, Provider> byName;

    Providers(List<Provider> providers) {
        byName = providers.stream().collect(Collectors.toUnmodifiableMap(Provider::name, Function.identity()));
    }

    public Optional<Provider> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The provider that made a stored session's sandbox.
     *
     * @throws IllegalStateException when it is not configured any more: nothing of it can be released then
     */
    public Provider named(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException("provider %s is not configured".formatted(name)));
    }

    /**
     * Whom to ask when nobody is named: the one that is wished for if it is configured, else the first. There must be one.
     *
     * @param wish null for none
     */
    public String preferred(@Nullable String wish) {
        return wish != null && byName.containsKey(wish) ? wish : names().getFirst();
    }

    /** In alphabetical order, to tell a caller what there is. */
    public SortedSet<String> names() {
        return new TreeSet<>(byName.keySet());
    }
}
