package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.caprock.secrets.Vault;
import dev.caprock.simulator.Simulators;
import dev.caprock.simulator.e2b.Effect;
import dev.caprock.simulator.e2b.Operation;
import dev.caprock.simulator.machine.Inhabitant;
import dev.caprock.simulator.machine.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.json.JsonMapper;

/** No credential is in plain text anywhere but where it is used. */
@ScenarioTest
class SecrecyTest {

    private static final String AGENT_SECRET = "canary-of-the-agent-7f3b9d";
    private static final String PROMPT = "canary-of-the-prompt-51c0aa";

    private static final String MODEL_KEY = "canary-of-the-model-93ad17";

    private static final Map<String, String> FROM_THE_AGENT =
            Map.of("accept", "*/*", "x-api-key", "injected-at-the-edge");

    private static final List<String> TALKATIVE = List.of(
            "dev.caprock",
            "org.springframework.web",
            "org.springframework.http",
            "org.springframework.jdbc",
            "org.springframework.boot.web",
            "org.apache.tomcat",
            "org.apache.coyote",
            "org.apache.catalina",
            "org.hibernate.SQL",
            "jdk.internal.httpclient",
            "jdk.httpclient");

    @Autowired
    private Scenario scenario;

    @Autowired
    private Vault vault;

    private final Recording recording = new Recording();
    private final Map<String, String> secrets = new LinkedHashMap<>();

    @BeforeEach
    void listen() {
        recording.start();
        TALKATIVE.forEach(name -> {
            logger(name).setLevel(Level.DEBUG);
            logger(name).setAdditive(false);
            logger(name).addAppender(recording);
        });
        secrets.put("the master key", Scenario.MASTER_KEY);
        secrets.put("Mesa's root key", scenario.simulators().mesa().rootKey());
        secrets.put("Mesa's private key", scenario.simulators().properties().get("caprock.mesa.private-key"));
        secrets.put("E2B's key", Simulators.E2B_KEY);
        secrets.put("the agent's secret", AGENT_SECRET);
    }

    @AfterEach
    void stopListening() {
        TALKATIVE.forEach(name -> {
            logger(name).detachAppender(recording);
            logger(name).setAdditive(true);
            logger(name).setLevel(null);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"derived-token", "session-key", "access-token", "layout"})
    void noSecretIsInARowAnEventAnAnswerALogLineOrAProcessArgument(String credential) throws Exception {
        var session = scenario.session()
                .with("credential", credential)
                .template("base")
                .secret("AGENT_SECRET", AGENT_SECRET)
                .prompt(PROMPT)
                .shell("test -n \"$AGENT_SECRET\" && echo up; sleep 2")
                .start();
        Machine machine = session.machine();
        var arguments = new Sampler(machine);
        Thread sampling = Thread.ofVirtual().start(arguments);
        session.awaitPrinted("up");
        gather(session, machine);
        assertThat(secrets.keySet().toString())
                .contains("sealed credential/", "sealed sandbox/", "sealed prompt/", "the mount's MESA_");

        assertHidden("the database, while the agent runs", rows());
        session.awaitClosed();
        sampling.join();

        assertHidden("the database", rows());
        assertHidden("the events", session.events().toString());
        assertHidden("the session", session.body().toString());
        assertHidden("the list", scenario.http().get("/v1/sessions?limit=200").body());
        assertHidden("process arguments", String.join("\n", arguments.seen));
        assertHidden("the log", recording.text());
        assertThat(arguments.seen).anyMatch(line -> line.contains("sleep 2"));
        assertThat(recording.text()).contains(session.uuid().toString()).contains("POST \"/v1/sessions\"");
        assertThat(sealed(session)).isEmpty(); // forgotten
        scenario.assertEndedClean(session);
    }

    /** The stand-in for Claude Code does not start without a key: it gets a placeholder. */
    @ParameterizedTest
    @ValueSource(strings = {"e2b", "vercel"})
    void aModelKeyThatIsInjectedNeverEntersTheSandbox(String provider) throws Exception {
        secrets.put("the model's key", MODEL_KEY);
        var session = scenario.session()
                .with("provider", provider)
                .without("template")
                .withoutSecrets()
                .env("CLAUDE_STAND_IN_PAUSE", "0.3") // long enough to be seen
                .with("network", injecting(MODEL_KEY))
                .with("closeWhen", "expired")
                .start();
        String sandbox = session.sandboxId();
        var simulators = scenario.simulators();
        Machine machine = provider.equals("e2b")
                ? simulators.e2b().machine(sandbox)
                : simulators.vercel().machine(sandbox);
        var arguments = new Sampler(machine);
        Thread sampling = Thread.ofVirtual().start(arguments);

        session.awaitStatus("idle");

        assertThat(sent(provider, sandbox, "api.anthropic.com").orElseThrow())
                .containsEntry("x-api-key", MODEL_KEY)
                .containsEntry("accept", "*/*");
        assertThat(sent(provider, sandbox, "npm.agents.example")).hasValue(FROM_THE_AGENT);
        assertThat(sent(provider, sandbox, "elsewhere.example.com")).isEmpty();
        assertThat(session.run().path("status").stringValue()).isEqualTo("succeeded");
        assertThat(session.body().at("/agent/env/ANTHROPIC_API_KEY").stringValue())
                .isEqualTo("injected-at-the-edge");
        assertThat(sealed(session)).contains("injected-headers");
        assertHidden("the machine", contents(machine));
        assertHidden("the database, while the session is open", rows());
        session.delete("graceful");
        session.awaitClosed();
        sampling.join();

        assertHidden("the database", rows());
        assertHidden("the events", session.events().toString());
        assertHidden("the session", session.body().toString());
        assertHidden("process arguments", String.join("\n", arguments.seen));
        assertThat(String.join("\n", arguments.environments)).doesNotContain(MODEL_KEY);
        assertHidden("the log", recording.text());
        assertThat(arguments.environments).anyMatch(line -> line.contains("ANTHROPIC_API_KEY=injected-at-the-edge"));
        assertThat(sealed(session)).isEmpty(); // forgotten
        scenario.assertEndedClean(session);
    }

    @Test
    void aProviderThatQuotesAHeaderIsNotQuoted() {
        secrets.put("the model's key", MODEL_KEY);
        scenario.simulators().e2b().faults().on(Operation.CREATE).then(Effect.error(400, "bad header: " + MODEL_KEY));
        var session = scenario.session().with("network", injecting(MODEL_KEY)).start();

        session.awaitClosed();

        assertThat(session.body().at("/detail/message").stringValue()).contains("bad header: ***");
        assertHidden("the session", session.body().toString() + session.events());
        assertHidden("the database", rows());
        assertHidden("the log", recording.text());
    }

    private static Map<String, Object> injecting(String key) {
        return Map.of(
                "allow",
                List.of("system.packages.example", "npm.agents.example"),
                "inject",
                List.of(Map.of("host", "api.anthropic.com", "headers", Map.of("x-api-key", key))));
    }

    private Optional<Map<String, String>> sent(String provider, String sandbox, String host) {
        return provider.equals("e2b")
                ? scenario.simulators().e2b().sent(sandbox, host, FROM_THE_AGENT)
                : scenario.simulators().vercel().sent(sandbox, host, FROM_THE_AGENT);
    }

    /** All files of a machine. */
    private static String contents(Machine machine) throws IOException {
        var text = new StringBuilder();
        try (Stream<Path> files = Files.walk(machine.folder())) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> text.append(read(file)).append('\n'));
        }
        assertThat(text).contains("CLAUDE_WAS_HERE.md");
        return text.toString();
    }

    @Test
    void aSecretInTheWrongPlaceIsNotToldBackOrLogged() {
        Map<String, Object> agent = Map.of("kind", "command", "command", List.of("true"), "secrets", AGENT_SECRET);
        Reply mistyped = scenario.http()
                .post("/v1/sessions", scenario.session().with("agent", agent).body());
        Reply number = scenario.http()
                .post(
                        "/v1/sessions",
                        scenario.session()
                                .with("resources", Map.of("vcpus", AGENT_SECRET))
                                .body());
        Reply malformed = scenario.http().post("/v1/sessions", "{\"prompt\": " + AGENT_SECRET + "}");

        assertThat(List.of(mistyped.status(), number.status(), malformed.status()))
                .containsOnly(400);
        assertHidden("answers", mistyped.body() + number.body() + malformed.body());
        assertHidden("the log", recording.text());
    }

    /** All that the service has sealed for the session, and the credentials that reached the sandbox. */
    private void gather(StartedSession session, Machine machine) {
        for (String name : sealed(session)) {
            vault.open(session.uuid(), name)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                    .ifPresent(value -> secrets.put("sealed " + name, bare(name, value)));
        }
        for (Inhabitant inhabitant : machine.processes()) {
            for (String variable : read(Path.of("/proc", Long.toString(inhabitant.pid()), "environ"))
                    .split("\0")) {
                if (variable.matches("(?s)MESA_(ACCESS_TOKEN|API_KEY|ORGS)=.+")) {
                    secrets.put(
                            "the mount's " + variable.replaceFirst("(?s)=.*", ""), variable.replaceFirst("[^=]*=", ""));
                }
            }
        }
    }

    /** What opens a sandbox is sealed together with where it is, a credential with its end. */
    private static String bare(String name, String value) {
        if (!name.matches("(sandbox|credential)/.*")) {
            return value;
        }
        String field = name.startsWith("sandbox/") ? "token" : "secret";
        String token = JsonMapper.shared().readTree(value).path(field).stringValue("");
        assertThat(token).hasSizeGreaterThan(20);
        return token;
    }

    private List<String> sealed(StartedSession session) {
        return scenario.database()
                .sql("select name from sealed_secret where owner = :id")
                .param("id", session.uuid())
                .query((row, number) -> String.valueOf(row.getString("name")))
                .list();
    }

    /** All rows of all tables as text; bytes in hexadecimal. */
    private String rows() {
        List<String> tables = scenario.database()
                .sql("""
                        select quote_ident(table_name) as name from information_schema.tables
                            where table_schema = 'public' and table_type = 'BASE TABLE'""")
                .query((row, number) -> String.valueOf(row.getString("name")))
                .list();
        assertThat(tables).contains("session", "journal", "output", "audit", "sealed_secret");
        var text = new StringBuilder();
        for (String table : tables) {
            scenario.database()
                    .sql("select t::text as line from " + table + " t")
                    .query(row -> {
                        text.append(row.getString("line")).append('\n');
                    });
        }
        return text.toString();
    }

    private void assertHidden(String where, String text) {
        secrets.forEach((name, secret) -> {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            for (String form : List.of(
                    secret,
                    HexFormat.of().formatHex(bytes),
                    Base64.getEncoder().withoutPadding().encodeToString(bytes))) {
                assertThat(text.lines().filter(line -> line.contains(form)).map(line -> line.replace(form, "***")))
                        .as("%s in %s", name, where)
                        .isEmpty();
            }
        });
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    /** Looks at the arguments and environments of all processes of a machine, again and again until it has none. */
    private static final class Sampler implements Runnable {

        private final Machine machine;
        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final Set<String> environments = ConcurrentHashMap.newKeySet();

        Sampler(Machine machine) {
            this.machine = machine;
        }

        @Override
        public void run() {
            while (Files.exists(machine.folder())) {
                machine.processes().forEach(process -> {
                    seen.add(process.commandLine());
                    environments.add(read(Path.of("/proc", Long.toString(process.pid()), "environ")));
                });
                Thread.yield();
            }
        }
    }

    /** Keeps what is logged, with the messages of exceptions. */
    private static final class Recording extends AppenderBase<ILoggingEvent> {

        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage() + " " + event.getMDCPropertyMap());
            for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
                lines.add(String.valueOf(cause.getMessage()));
            }
        }

        String text() {
            return String.join("\n", lines);
        }
    }
}
