package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Remote;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Command;
import dev.caprock.sandbox.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** The daemon in every sandbox, as envd 0.6.13 and the JavaScript SDK 2.51.0 speak. */
final class Envd {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int ANSWER_LIMIT = 64 << 10;

    /** How much later than envd we give up on a command, so that envd's own word arrives first. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Remote remote;
    private final SandboxProxy proxy;
    private final E2bSettings settings;

    Envd(Remote remote, SandboxProxy proxy, E2bSettings settings) {
        this.remote = remote;
        this.proxy = proxy;
        this.settings = settings;
    }

    private record StartRequest(StartedProcess process, boolean stdin) {}

    private record StartedProcess(String cmd, List<String> args) {}

    /** Starts a process that envd kills at its time-out. */
    ProcessStream start(String operation, Sandbox sandbox, Command command) {
        return start(operation, sandbox, command, true);
    }

    /** Starts a process to which we stop listening at its time-out; it must end by itself. */
    ProcessStream startUnbounded(String operation, Sandbox sandbox, Command command) {
        return start(operation, sandbox, command, false);
    }

    /**
     * Writes a file of the default user's, below its home. The multipart form works on every envd.
     *
     * @throws RemoteFailure as {@link SandboxProxy#send}
     */
    void upload(String operation, Sandbox sandbox, String path, byte[] content) {
        var multipart = new Multipart(content);
        try (InputStream answer = proxy.send(operation, sandbox, settings.callTimeout(), (request, access) -> {
            var user = access.mustNameUser() ? "&username=user" : "";
            return request.at("/files?path=" + encoded("~/" + path) + user)
                    .header("Content-Type", multipart.contentType())
                    .POST(multipart.body());
        })) {
            answer.readNBytes(ANSWER_LIMIT);
        } catch (IOException lost) {
            throw remote.noAnswer(operation, lost);
        }
    }

    private ProcessStream start(String operation, Sandbox sandbox, Command command, boolean killed) {
        var arguments = command.arguments();
        var process = new StartedProcess(arguments.getFirst(), arguments.subList(1, arguments.size()));
        // stdin: a command that read standard input would otherwise wait for ever
        byte[] body = new Frame(false, JSON.writeValueAsBytes(new StartRequest(process, false))).bytes();
        var life = killed ? command.timeout().plus(GRACE) : command.timeout();
        return new ProcessStream(remote, operation, proxy.send(operation, sandbox, life, (request, access) -> {
            var start = request.at("/process.Process/Start")
                    .header("Content-Type", "application/connect+json")
                    .header("Connect-Protocol-Version", "1")
                    .header(
                            "Keepalive-Ping-Interval",
                            Long.toString(settings.keepalive().toSeconds()))
                    .POST(BodyPublishers.ofByteArray(body));
            if (killed) {
                start.header(
                        "Connect-Timeout-Ms",
                        Long.toString(Math.max(1, command.timeout().toMillis())));
            }
            if (command.root() || access.mustNameUser()) {
                start.header("Authorization", basic(command.root() ? "root" : "user"));
            }
            return start;
        }));
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":").getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(String path) {
        return URLEncoder.encode(path, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
