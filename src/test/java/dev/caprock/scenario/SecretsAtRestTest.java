package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.secrets.Vault;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.json.JsonMapper;

/** A closed session's secrets cannot be read from a backup of the database, not even with the master key. */
@ScenarioTest
class SecretsAtRestTest {

    private static final String PROMPT = "canary-of-the-prompt-0e1b77";
    private static final String AGENT_SECRET = "canary-of-the-agent-c2a94d";
    private static final String MODEL_KEY = "canary-of-the-model-6f0d35";

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    @Autowired
    private Vault vault;

    @Test
    void theMasterKeyOpensABackupOfAnOpenSessionAndNothingOfAClosedOne() throws Exception {
        var session = scenario.session()
                .with("credential", "session-key")
                .prompt(PROMPT)
                .secret("AGENT_SECRET", AGENT_SECRET)
                .with("network", injecting(MODEL_KEY))
                .shell("echo up; sleep 60")
                .start();
        session.awaitPrinted("up");
        Set<String> names = sealed(session);
        Map<String, String> canaries = Map.of(
                "prompt",
                PROMPT,
                "agent's secret",
                AGENT_SECRET,
                "injected header",
                MODEL_KEY,
                "minted key",
                mintedKey(session, names));

        Backup whileOpen = Backup.of(database);
        assertThat(whileOpen.opened(Scenario.MASTER_KEY, session.uuid(), names)).hasSameSizeAs(names);
        canaries.forEach((name, canary) -> {
            assertThat(found(whileOpen, session, names, canary)).as(name).isTrue();
            assertThat(Backup.forms(canary)).as(name).noneMatch(whileOpen.text()::contains);
        });

        session.delete("now");
        session.awaitClosed();

        Backup afterwards = Backup.of(database);
        assertThat(afterwards.text()).contains(session.uuid().toString());
        assertThat(afterwards.opened(Scenario.MASTER_KEY, session.uuid(), names))
                .isEmpty();
        canaries.forEach(
                (name, canary) -> assertThat(Backup.forms(canary)).as(name).noneMatch(afterwards.text()::contains));
        scenario.assertEndedClean(session);
    }

    /** The search itself finds what is there, in whatever form and place. */
    @Test
    void whatIsWrittenDownIsFound() {
        String canary = "canary-0123456789";
        byte[] around = "a{\"key\":\"%s\"}".formatted(canary).getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut < 3; cut++) {
            String encoded = Base64.getEncoder().encodeToString(Arrays.copyOfRange(around, cut, around.length));
            assertThat(Backup.forms(canary)).anyMatch(encoded::contains);
        }
    }

    private static boolean found(Backup backup, StartedSession session, Set<String> names, String canary) {
        try {
            return backup.opened(Scenario.MASTER_KEY, session.uuid(), names).stream()
                    .anyMatch(secret -> secret.contains(canary));
        } catch (GeneralSecurityException unusable) {
            throw new AssertionError(unusable);
        }
    }

    private static Map<String, Object> injecting(String key) {
        return Map.of("inject", List.of(Map.of("host", "api.anthropic.com", "headers", Map.of("x-api-key", key))));
    }

    private Set<String> sealed(StartedSession session) {
        return new TreeSet<>(scenario.database()
                .sql("select name from sealed_secret where owner = :id")
                .param("id", session.uuid())
                .query(String.class)
                .list());
    }

    private String mintedKey(StartedSession session, Set<String> names) {
        String name = names.stream()
                .filter(each -> each.startsWith("credential/"))
                .findFirst()
                .orElseThrow();
        String sealed = new String(vault.open(session.uuid(), name).orElseThrow(), StandardCharsets.UTF_8);
        String key = JsonMapper.shared().readTree(sealed).path("secret").stringValue("");
        assertThat(key).hasSizeGreaterThan(20);
        return key;
    }
}
