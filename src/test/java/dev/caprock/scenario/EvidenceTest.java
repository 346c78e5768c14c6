package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real session leaves as evidence, and who can verify it. */
@ScenarioTest
class EvidenceTest {

    private static final String PROMPT = "Say hällo.";

    @Autowired
    private Scenario scenario;

    @TempDir
    private Path folder;

    @Test
    void aReceiptIsVerifiedWithThePublicKeyAlone() throws Exception {
        var session = scenario.session().prompt(PROMPT).start();
        session.queueRun("Say it again.");
        session.awaitClosed();

        Reply reply = scenario.http().get(session.path() + "/receipt");
        assertThat(reply.status()).isEqualTo(200);
        JsonNode statement = verified(reply.json());

        assertThat(text(statement, "_type")).isEqualTo("https://in-toto.io/Statement/v1");
        JsonNode said = statement.path("predicate");
        JsonNode body = session.body();
        assertThat(text(said, "session")).isEqualTo(session.id());
        assertThat(text(said, "outcome")).isEqualTo("succeeded");
        assertThat(text(said, "provider")).isEqualTo("e2b");
        assertThat(text(said, "template")).isEqualTo("my-mesa-template");
        JsonNode run = said.path("runs").path(0);
        assertThat(text(run, "promptSha256")).isEqualTo(sha256(PROMPT.getBytes(StandardCharsets.UTF_8)));
        assertThat(text(said.path("runs").path(1), "promptSha256"))
                .isEqualTo(sha256("Say it again.".getBytes(StandardCharsets.UTF_8)));
        assertThat(run.path("exit").path("code").intValue(-1)).isZero();
        assertThat(text(run.path("exit"), "reportedBy")).contains("could forge");
        JsonNode changes = body.path("changes");
        assertThat(text(said.path("repos").path(0), "before")).isEqualTo(text(changes, "before"));
        assertThat(text(said.path("repos").path(0), "after")).isEqualTo(text(changes, "after"));
        assertThat(statement
                        .path("subject")
                        .path(1)
                        .path("digest")
                        .path("change")
                        .stringValue(""))
                .isEqualTo(text(changes, "after"));
        assertThat(said.path("releases").valueStream().map(release -> text(release, "state")))
                .hasSize(3)
                .containsOnly("gone");
        JsonNode closing = last(records(session.path() + "/audit"));
        assertThat(text(said.path("audit"), "hash")).isEqualTo(text(closing, "hash"));
        assertThat(scenario.http().get(session.path() + "/receipt").body()).isEqualTo(reply.body());
    }

    @Test
    void thereIsNoReceiptBeforeTheSessionIsClosed() {
        var session = scenario.session().shell("sleep 60").start();
        session.awaitStatus("running");

        Reply reply = scenario.http().get(session.path() + "/receipt");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(text(reply.json(), "code")).isEqualTo("session_not_closed");
        assertThat(text(reply.json(), "remedy")).contains("delete it");
        assertThat(scenario.http()
                        .get("/v1/sessions/ses_%032d/receipt".formatted(7))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void anExportIsVerifiedByTheJarsOwnCommand() throws Exception {
        scenario.session().shell("true").start().awaitClosed();
        Path export = folder.resolve("export.ndjson");
        Path keys = folder.resolve("keys.pem");
        Reply exported = scenario.http().get("/v1/audit/export");
        Files.writeString(export, exported.body());
        Files.writeString(
                keys,
                scenario.http()
                        .get("/v1/audit/keys", "Accept", "application/x-pem-file")
                        .body());

        assertThat(exported.header("Content-Type")).startsWith("application/x-ndjson");
        assertThat(command("verify-audit", export.toString(), "--key", keys.toString()))
                .startsWith("0 INTACT: ")
                .contains("of tenant default");

        Files.writeString(
                export, exported.body().replaceFirst("\"subject\":\"key:[^\"]*\"", "\"subject\":\"mallory\""));
        assertThat(command("verify-audit", export.toString(), "--key", keys.toString()))
                .startsWith("1 BROKEN at line ")
                .contains("record 1: the record is not what was hashed");
        assertThat(command("verify-audit")).startsWith("2 usage: verify-audit FILE");
    }

    @Test
    void aReceiptIsVerifiedByTheJarsOwnCommand() throws Exception {
        var session = scenario.session().shell("exit 3").start();
        session.awaitClosed();
        Path receipt = folder.resolve("receipt.json");
        Path keys = folder.resolve("keys.pem");
        Files.writeString(
                receipt, scenario.http().get(session.path() + "/receipt").body());
        Files.writeString(
                keys,
                scenario.http()
                        .get("/v1/audit/keys", "Accept", "application/x-pem-file")
                        .body());

        assertThat(command("verify-receipt", receipt.toString(), "--key", keys.toString()))
                .startsWith("0 GENUINE: session " + session.id());
        assertThat(command("verify-receipt", receipt.toString())).startsWith("2 cannot verify");
    }

    @Test
    void recordsAreFoundByWhatTheyAre() {
        var session = scenario.session().shell("sleep 60").start();
        session.awaitStatus("running");
        session.cancelRun(1);
        session.awaitClosed();
        session.queueRun("too late");

        List<JsonNode> all = records("/v1/audit?session=" + session.id());
        assertThat(all).isEqualTo(records(session.path() + "/audit"));
        assertThat(all).extracting(record -> record.path("seq").longValue(0)).startsWith(1L, 2L, 3L);
        assertThat(records("/v1/audit?session=%s&limit=2".formatted(session.id())))
                .isEqualTo(all);
        assertThat(records("/v1/audit?session=%s&action=session.status".formatted(session.id())))
                .extracting(record -> text(record, "outcome"))
                .startsWith("queued", "opening")
                .endsWith("closing", "closed");
        assertThat(records("/v1/audit?session=%s&subject=%s".formatted(session.id(), text(all.getFirst(), "subject"))))
                .allSatisfy(record -> {
                    assertThat(text(record, "tenant")).isEqualTo("default");
                    assertThat(text(record, "requestId")).isNotEmpty();
                    assertThat(text(record, "sourceAddress")).isEqualTo("127.0.0.1");
                })
                .extracting(record -> text(record, "action") + " " + text(record, "outcome"))
                .containsExactly(
                        "session.status queued", "run.queued done", "run.cancelled done", "run.queued refused");
        assertThat(records("/v1/audit?session=%s&target=%s".formatted(session.id(), text(session.run(), "id"))))
                .isNotEmpty()
                .allSatisfy(record -> assertThat(text(record, "action")).startsWith("run."));
        String middle = text(all.get(3), "at");
        assertThat(records("/v1/audit?session=%s&from=%s".formatted(session.id(), middle))
                                .size()
                        + records("/v1/audit?session=%s&to=%s".formatted(session.id(), middle))
                                .size())
                .isEqualTo(all.size());
        assertThat(scenario.http().get("/v1/audit?after=x").status()).isEqualTo(400);
        assertThat(scenario.http()
                        .get("/v1/audit?session=ses_%032d".formatted(7))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void theServiceVerifiesItsOwnChains() {
        scenario.session().shell("true").start().awaitClosed();
        assertThat(scenario.http().get("/v1/audit/export").status()).isEqualTo(200); // makes a checkpoint

        JsonNode part = scenario.http().get("/v1/audit/verify").json();

        assertThat(part.path("intact").booleanValue(false)).as("%s", part).isTrue();
        assertThat(part.path("nextCursor").isNull()).isTrue();
        assertThat(part.path("verified").path("records").longValue(0)).isPositive();
        assertThat(part.path("lastCheckpoint").path("number").longValue(0)).isPositive();
        assertThat(scenario.http().get("/v1/audit/verify?cursor=x").status()).isEqualTo(400);
    }

    // ---- a verifier of one's own: DSSE and Ed25519, without a line of the service's ----------------------------

    private JsonNode verified(JsonNode envelope) throws Exception {
        String type = text(envelope, "payloadType");
        byte[] payload = Base64.getDecoder().decode(text(envelope, "payload"));
        JsonNode signature = envelope.path("signatures").path(0);
        var check = Signature.getInstance("Ed25519");
        check.initVerify(publicKey(text(signature, "keyid")));
        check.update("DSSEv1 %d %s %d "
                .formatted(type.length(), type, payload.length)
                .getBytes(StandardCharsets.UTF_8));
        check.update(payload);
        assertThat(check.verify(Base64.getDecoder().decode(text(signature, "sig"))))
                .isTrue();
        return JsonMapper.shared().readTree(payload);
    }

    private PublicKey publicKey(String id) throws Exception {
        for (JsonNode key : scenario.http().get("/v1/audit/keys").json().path("keys")) {
            byte[] encoded = Base64.getMimeDecoder().decode(text(key, "pem").replaceAll("-----.*-----", ""));
            if (sha256(encoded).equals(id)) {
                return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            }
        }
        throw new AssertionError("no key " + id);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    // ---- reading -------------------------------------------------------------------------------------------------

    private List<JsonNode> records(String path) {
        var all = new ArrayList<JsonNode>();
        JsonNode page = scenario.http().get(path).json();
        while (!page.path("records").isEmpty()) {
            page.path("records").forEach(all::add);
            String next = path + (path.contains("?") ? "&" : "?") + "after=" + text(page, "last");
            page = scenario.http().get(next).json();
        }
        return all;
    }

    private static JsonNode last(List<JsonNode> records) {
        return records.getLast();
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).stringValue("");
    }

    /** The main class in a process of its own, which has no database: its exit code and what it printed. */
    private static String command(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.caprock.CaprockApplication"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() + " " + printed;
    }
}
