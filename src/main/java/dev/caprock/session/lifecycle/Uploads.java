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
import dev.caprock.session.Repo;
import dev.caprock.session.Run;
import dev.caprock.session.SecretName;
import dev.caprock.session.Session;
import dev.caprock.workspace.Credential;
import dev.caprock.workspace.Credentials;
import dev.caprock.workspace.Mount;
import dev.caprock.workspace.MountedRepo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The files that a session needs in its sandbox. They hold secrets; each is removed there once it is read. */
@Component
class Uploads {

    /**
     * A file to write, relative to the home folder.
     *
     * @param content asked for while other files are on their way; must not use the database, since an upload may be interrupted
     */
    private record File(String path, Supplier<byte[]> content) {}

    private final Sandboxes sandboxes;
    private final Credentials credentials;
    private final SessionCredentials ofSession;
    private final Agents agents;
    private final Vault vault;
    private final JsonMapper json;

    Uploads(
            Sandboxes sandboxes,
            Credentials credentials,
            SessionCredentials ofSession,
            Agents agents,
            Vault vault,
            JsonMapper json) {
        this.sandboxes = sandboxes;
        this.credentials = credentials;
        this.ofSession = ofSession;
        this.agents = agents;
        this.vault = vault;
        this.json = json;
    }

    List<Callable<CommandResult>> forMount(Session session) {
        Credential credential = ofSession.kept(session, session.credential().orElseThrow());
        List<MountedRepo> repos = SessionCredentials.repos(session);
        return sending(
                session,
                List.of(new File(
                        Mount.ENVIRONMENT_FILE,
                        () -> credentials.handover(credential, repos).file())));
    }

    List<Callable<CommandResult>> forRun(Session session, Run run) {
        var files = new RunFiles(run.number());
        byte[] prompt = secret(session, SecretName.prompt(run.id()));
        byte[] launch = launch(session, run);
        return sending(
                session, List.of(new File(files.prompt(), () -> prompt), new File(files.launch(), () -> launch)));
    }

    private List<Callable<CommandResult>> sending(Session session, List<File> files) {
        Provider provider = sandboxes.provider(session);
        Sandbox sandbox = sandboxes.of(session);
        return files.stream()
                .<Callable<CommandResult>>map(file -> () -> {
                    provider.upload(sandbox, file.path(), file.content().get());
                    return SideBySide.NOTHING;
                })
                .toList();
    }

    private byte[] launch(Session session, Run run) {
        AgentChoice agent = session.terms().agent();
        Launch launch = agents.find(agent.kind())
                .orElseThrow(() -> new IllegalStateException("no agent " + agent.kind()))
                .launch(new AgentRequest(
                        agent.kind(), agent.args(), agent.command(), agent.version(), session.conversationBefore(run)));
        var environment = new HashMap<>(launch.environment());
        session.requestTrace().ifPresent(trace -> environment.put("TRACEPARENT", trace.parent()));
        environment.putAll(agent.env());
        environment.putAll(
                json.readValue(secret(session, SecretName.AGENT_SECRETS), new TypeReference<Map<String, String>>() {}));
        return Runner.launchFile(launch.argv(), environment, workingDirectory(session));
    }

    private String workingDirectory(Session session) {
        return folder(session, session.workingRepo());
    }

    private String folder(Session session, Repo repo) {
        return credentials.folder(SessionCredentials.mode(session), repo.name());
    }

    private byte[] secret(Session session, String name) {
        return vault.open(session.id(), name)
                .orElseThrow(
                        () -> new IllegalStateException("session %s has no secret %s".formatted(session.id(), name)));
    }

    /** The folders that must be mounted before an agent starts. */
    List<String> paths(Session session) {
        return session.repos().stream().map(repo -> folder(session, repo)).toList();
    }
}
