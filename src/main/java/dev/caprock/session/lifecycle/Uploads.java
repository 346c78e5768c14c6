package dev.caprock.session.lifecycle;

import dev.caprock.agent.AgentRequest;
import dev.caprock.agent.Agents;
import dev.caprock.agent.Launch;
import dev.caprock.sandbox.CommandResult;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.RunFiles;
import dev.caprock.sandbox.Runner;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.secrets.Vault;
import dev.caprock.session.AgentChoice;
import dev.caprock.session.Isolation;
import dev.caprock.session.Repo;
import dev.caprock.session.Resource;
import dev.caprock.session.Run;
import dev.caprock.session.SecretName;
import dev.caprock.session.Session;
import dev.caprock.workspace.MintedKey;
import dev.caprock.workspace.Mount;
import dev.caprock.workspace.MountEnvironment;
import dev.caprock.workspace.Workspaces;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The files that a session needs in its sandbox. They hold secrets; each is removed there once it is read. */
@Component
class Uploads {

    /** A file to write, relative to the home folder. */
    private record File(String path, byte[] content) {}

    private final Sandboxes sandboxes;
    private final Workspaces workspaces;
    private final CredentialLife life;
    private final Agents agents;
    private final Vault vault;
    private final JsonMapper json;

    Uploads(
            Sandboxes sandboxes,
            Workspaces workspaces,
            CredentialLife life,
            Agents agents,
            Vault vault,
            JsonMapper json) {
        this.sandboxes = sandboxes;
        this.workspaces = workspaces;
        this.life = life;
        this.agents = agents;
        this.vault = vault;
        this.json = json;
    }

    List<Callable<CommandResult>> forMount(Session session) {
        return sending(
                session,
                List.of(new File(
                        Mount.ENVIRONMENT_FILE, mountEnvironment(session).file())));
    }

    List<Callable<CommandResult>> forRun(Session session, Run run) {
        var files = new RunFiles(run.number());
        return sending(
                session,
                List.of(
                        new File(files.prompt(), secret(session, SecretName.prompt(run.id()))),
                        new File(files.launch(), launch(session, run))));
    }

    private List<Callable<CommandResult>> sending(Session session, List<File> files) {
        Provider provider = sandboxes.provider(session);
        Sandbox sandbox = sandboxes.of(session);
        return files.stream()
                .<Callable<CommandResult>>map(file -> () -> {
                    provider.upload(sandbox, file.path(), file.content());
                    return SideBySide.NOTHING;
                })
                .toList();
    }

    private MountEnvironment mountEnvironment(Session session) {
        Resource credential = session.credential().orElseThrow();
        var key = new MintedKey(
                credential.externalId(),
                new String(secret(session, SecretName.credential(credential.id())), StandardCharsets.UTF_8));
        List<String> names = session.repos().stream().map(Repo::name).toList();
        boolean write = session.repos().stream().anyMatch(Repo::writable);
        String token = workspaces.token(key, names, write, life.ofToken());
        return workspaces.mountEnvironment(token, pins(session));
    }

    private static Map<String, String> pins(Session session) {
        var pins = new HashMap<String, String>();
        for (Repo repo : session.repos()) {
            boolean own = session.isolation() == Isolation.BRANCH && repo.writable();
            pins.put(repo.name(), own ? session.bookmark() : repo.base());
        }
        return pins;
    }

    private byte[] launch(Session session, Run run) {
        AgentChoice agent = session.agent();
        Launch launch = agents.find(agent.kind())
                .orElseThrow(() -> new IllegalStateException("no agent " + agent.kind()))
                .launch(new AgentRequest(
                        agent.kind(), agent.args(), agent.command(), agent.version(), session.conversationBefore(run)));
        var environment = new HashMap<>(launch.environment());
        environment.putAll(agent.env());
        environment.putAll(
                json.readValue(secret(session, SecretName.AGENT_SECRETS), new TypeReference<Map<String, String>>() {}));
        return Runner.launchFile(launch.argv(), environment, workingDirectory(session));
    }

    private String workingDirectory(Session session) {
        return Mount.workingDirectory(
                workspaces.organisation(), session.workingRepo().name());
    }

    private byte[] secret(Session session, String name) {
        return vault.open(session.id(), name)
                .orElseThrow(
                        () -> new IllegalStateException("session %s has no secret %s".formatted(session.id(), name)));
    }

    /** The folders that must be mounted before an agent starts. */
    List<String> paths(Session session) {
        return session.repos().stream()
                .map(repo -> Mount.workingDirectory(workspaces.organisation(), repo.name()))
                .toList();
    }
}
