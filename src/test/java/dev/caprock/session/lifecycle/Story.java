package dev.caprock.session.lifecycle;

import dev.caprock.session.AgentChoice;
import dev.caprock.session.CloseWhen;
import dev.caprock.session.Isolation;
import dev.caprock.session.Network;
import dev.caprock.session.NewSession;
import dev.caprock.session.OnSandboxLost;
import dev.caprock.session.Publish;
import dev.caprock.session.Repo;
import dev.caprock.session.SessionOutcome;
import dev.caprock.session.Terms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The lives of a session that replicas die in. Together they take every action there is. */
enum Story {
    SUCCEEDS("echo here; echo new >new.txt", SessionOutcome.SUCCEEDED),
    FAILS("echo here; exit 3", SessionOutcome.FAILED),
    IS_CANCELLED("echo here; exec sleep 100", SessionOutcome.CANCELLED, caller -> {
        caller.awaitRun(1, "RUNNING");
        caller.close(false);
    }),
    IS_HURRIED("echo here; exec sleep 100", SessionOutcome.CANCELLED, caller -> {
        caller.await("a sandbox", "select 1 from resource where kind = 'SANDBOX' and state = 'LIVE'");
        caller.close(true);
    }),
    GOES_ON("echo here; case $(cat) in wait) exec sleep 100 ;; esac", SessionOutcome.CANCELLED, caller -> {
        caller.awaitRun(1, "SUCCEEDED");
        caller.queueRun("wait");
        caller.awaitRun(2, "RUNNING");
        caller.cancelRun(2);
        caller.awaitRun(2, "CANCELLED");
        caller.close(false);
    }),
    RESTS("echo here", SessionOutcome.CANCELLED, caller -> {
        caller.cancelRun(1);
        caller.await("rest", "select 1 from session where status in ('IDLE', 'CLOSED')");
        caller.close(false);
    }),
    IS_EXTENDED("echo here; exec sleep 100", SessionOutcome.CANCELLED, caller -> {
        caller.awaitRun(1, "RUNNING");
        caller.change("update resource set lease_until = now() + interval '1 minute' where kind = 'SANDBOX'");
        caller.await("a longer life", """
                select 1 from resource where kind = 'SANDBOX' and lease_until > now() + interval '2 minutes'""");
        caller.close(false);
    }),
    EXPIRES("echo here; exec sleep 100", SessionOutcome.EXPIRED, caller -> {
        caller.awaitRun(1, "RUNNING");
        caller.change("update session set expires_at = now()");
    }),
    LOSES_ANSWERS(
            "echo here; echo new >new.txt",
            SessionOutcome.SUCCEEDED,
            caller -> {},
            Map.of(
                    new Life.Exchange("CreateSandbox", "POST", 1), Crash.Answer.LOST,
                    new Life.Exchange("MintCredential", "POST", 1), Crash.Answer.LOST)),
    LOSES_REQUESTS(
            "echo here; echo new >new.txt",
            SessionOutcome.SUCCEEDED,
            caller -> {},
            Map.of(
                    new Life.Exchange("CreateSandbox", "POST", 1), Crash.Answer.NOT_DONE,
                    new Life.Exchange("MintCredential", "POST", 1), Crash.Answer.NOT_DONE)),
    NEVER_STARTS(
            "echo here",
            SessionOutcome.CANCELLED,
            caller -> {
                caller.awaitRun(1, "STARTING");
                caller.close(false);
            },
            Map.of(new Life.Exchange("StartRun", "POST", 0), Crash.Answer.NOT_DONE)),
    LOSES_ITS_SANDBOX("echo here; exec sleep 100", SessionOutcome.FAILED, caller -> {
        caller.awaitRun(1, "RUNNING");
        caller.killSandbox();
    }),
    IS_REPLACED("echo here; exec sleep 100", SessionOutcome.CANCELLED, caller -> {
        caller.awaitRun(1, "RUNNING");
        caller.killSandbox();
        caller.await("another sandbox", """
                select 1 from session where status = 'CLOSED'
                    or (select count(*) from resource where kind = 'SANDBOX' and state <> 'ABSENT') > 1""");
        caller.awaitRun(1, "RUNNING");
        caller.close(false);
    }),
    LOSES_ITS_AGENT("echo here; kill -9 $PPID; exit 3", SessionOutcome.FAILED),
    SHORTENS_ITS_OUTPUT(
            "echo longer; sleep 1; : >~/.caprock/runs/1/stdout; echo here; echo new >new.txt",
            SessionOutcome.SUCCEEDED),
    CANNOT_PUBLISH(
            "echo here; echo new >new.txt",
            SessionOutcome.FAILED,
            caller -> {},
            Map.of(new Life.Exchange("SettleWorkspace", "", 0), Crash.Answer.NOT_DONE),
            Map.of("caprock.lifecycle.publish-timeout", "2s"));

    private final String script;
    private final SessionOutcome outcome;
    private final Consumer<Caller> plot;
    private final Map<Life.Exchange, Crash.Answer> losses;
    private final Map<String, String> settings;

    Story(String script, SessionOutcome outcome) {
        this(script, outcome, caller -> {});
    }

    Story(String script, SessionOutcome outcome, Consumer<Caller> plot) {
        this(script, outcome, plot, Map.of());
    }

    Story(String script, SessionOutcome outcome, Consumer<Caller> plot, Map<Life.Exchange, Crash.Answer> losses) {
        this(script, outcome, plot, losses, Map.of());
    }

    Story(
            String script,
            SessionOutcome outcome,
            Consumer<Caller> plot,
            Map<Life.Exchange, Crash.Answer> losses,
            Map<String, String> settings) {
        this.script = script;
        this.outcome = outcome;
        this.plot = plot;
        this.losses = losses;
        this.settings = settings;
    }

    /** Whether the agent edits its repo. */
    boolean edits() {
        return script.contains("new.txt");
    }

    SessionOutcome outcome() {
        return outcome;
    }

    /** What the caller does once its request is accepted. */
    Consumer<Caller> plot() {
        return plot;
    }

    /** What is lost in every life. */
    Map<Life.Exchange, Crash.Answer> losses() {
        return losses;
    }

    Map<String, String> settings() {
        return settings;
    }

    NewSession request(String tenant, String provider, String repo) {
        return new NewSession(
                tenant,
                "ann",
                provider,
                new Terms(
                        false,
                        "derived-token",
                        provider.equals("e2b") ? "my-mesa-template" : null,
                        null,
                        null,
                        List.of(),
                        Isolation.BRANCH,
                        Publish.MERGE,
                        new AgentChoice("command", null, List.of(), List.of("sh", "-c", script), Map.of()),
                        Duration.ofHours(1),
                        Duration.ofMinutes(20),
                        this == GOES_ON || this == RESTS ? CloseWhen.EXPIRED : CloseWhen.IDLE,
                        this == IS_REPLACED ? OnSandboxLost.REPLACE : OnSandboxLost.FAIL),
                Network.OPEN,
                List.of(Repo.asked(repo, Repo.Mode.RW, "main", false)),
                Map.of());
    }
}
