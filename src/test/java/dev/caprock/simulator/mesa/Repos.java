package dev.caprock.simulator.mesa;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All repositories of the organisation, in order of creation. */
final class Repos {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final Pattern RESERVED =
            Pattern.compile("\\.|\\.\\.|.*\\.git|repos?|api-keys?", Pattern.CASE_INSENSITIVE);

    private final Map<String, Repo> byId = new LinkedHashMap<>();
    private int last;

    synchronized Repo create(@Nullable String wanted, String defaultBookmark, Instant now) {
        int number = ++last;
        String name = wanted == null ? "repo-" + number : checked(wanted);
        String id = "repo_%04d".formatted(number);
        Repo repo = new Repo(id, name, defaultBookmark, now);
        byId.put(id, repo);
        return repo;
    }

    synchronized void rename(Repo repo, String name) {
        if (!repo.name().equalsIgnoreCase(name)) {
            checked(name);
        }
        repo.rename(name);
    }

    synchronized Repo named(String name) {
        return byId.values().stream()
                .filter(repo -> repo.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new Refused(Problem.NOT_FOUND, "no repository " + name));
    }

    synchronized @Nullable Repo find(String id) {
        return byId.get(id);
    }

    /** The ids of those named repositories that exist. */
    synchronized Set<String> idsOf(Collection<String> names) {
        return byId.values().stream()
                .filter(repo -> names.stream().anyMatch(repo.name()::equalsIgnoreCase))
                .map(Repo::id)
                .collect(java.util.stream.Collectors.toSet());
    }

    synchronized List<Repo> all() {
        return List.copyOf(byId.values());
    }

    synchronized void delete(Repo repo) {
        byId.remove(repo.id());
    }

    private String checked(String name) {
        if (!NAME.matcher(name).matches() || RESERVED.matcher(name).matches()) {
            throw Body.bad("not a repository name: " + name);
        }
        if (byId.values().stream().anyMatch(repo -> repo.name().equalsIgnoreCase(name))) {
            throw new Refused(Problem.ALREADY_EXISTS, "repository " + name + " exists");
        }
        return name;
    }
}
