package dev.caprock.simulator.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FilesTest {

    private static E2bSimulator simulator;
    private static Wire wire;
    private Wire.Created sandbox;

    @BeforeAll
    static void startAll() {
        simulator = E2bSimulator.start(E2bSettings.of(Wire.KEY));
        wire = new Wire(simulator);
    }

    @AfterAll
    static void endAll() {
        wire.close();
        simulator.close();
    }

    @BeforeEach
    void start() throws Exception {
        sandbox = wire.create();
    }

    @Test
    void aFileGoesUpAsItIsAndComesDownAgain() throws Exception {
        byte[] content = {0, (byte) 0xff, '\r', '\n', 10};

        var up = wire.send(wire.data(sandbox, "/files?path=a/b.bin")
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(content)));

        assertThat(up.json().toString())
                .isEqualTo("[{\"name\":\"b.bin\",\"path\":\"/home/user/a/b.bin\",\"type\":\"file\"}]");
        assertThat(simulator.machine(sandbox.id()).home("user").resolve("a/b.bin"))
                .hasBinaryContent(content);
        assertThat(read("path=a/b.bin").response().body()).isEqualTo(content);
        assertThat(read("path=none").status()).isEqualTo(404);
        assertThat(read("path=a").status()).isEqualTo(400);
        assertThat(read("path=x&username=nobody").status()).isEqualTo(401);
    }

    @Test
    void aFormMayBringSeveralFiles() throws Exception {
        String form = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"one.txt\"\r\n\r\nfirst\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"/tmp/two.txt\"\r\n\r\n\r\nü\r\n--B--\r\n";

        var up = wire.send(wire.data(sandbox, "/files?username=root")
                .header("Content-Type", "multipart/form-data; boundary=B")
                .POST(BodyPublishers.ofString(form)));

        assertThat(up.json()).hasSize(2);
        assertThat(simulator.machine(sandbox.id()).home("root").resolve("one.txt"))
                .hasContent("first");
        assertThat(read("path=/tmp/two.txt").response().body()).isEqualTo("\r\nü".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void signaturesAreMadeAsDocumented() {
        String token = "0".repeat(64);

        assertThat(FileApi.sign("x.txt", "read", "user", token, null))
                .isEqualTo("v1_DWEOpcP4X7/gAc4EyRgqqVkdVtMyLh7olUsJpruBU7U");
        assertThat(FileApi.sign("x.txt", "write", "", token, "1795287781"))
                .isEqualTo("v1_441lyAcuE4M00zskLzJHTYL9+/Wk0msnGIv2PpbrmbM");
    }

    @Test
    void aSignedAddressNeedsNoToken() throws Exception {
        String signature = FileApi.sign("x.txt", "write", "", sandbox.token(), null);
        var nobody = new Wire.Created(sandbox.id(), "wrong");
        String address = "/files?path=x.txt&signature=" + URLEncoder.encode(signature, StandardCharsets.UTF_8);

        assertThat(upload(nobody, address).status()).isEqualTo(200);
        assertThat(upload(nobody, "/files?path=y.txt&signature=v1_no").status()).isEqualTo(401);
    }

    @Test
    void theTokenIsCheckedInTheDaemonsNumericFormAndHealthIsOpen() throws Exception {
        var nobody = new Wire.Created(sandbox.id(), "wrong");

        var refused = wire.unary(nobody, "/process.Process/List", "{}");

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.json().get("code").isInt()).isTrue();
        assertThat(wire.run(nobody, "true").status()).isEqualTo(401);
        assertThat(wire.send(wire.data(nobody, "/health").GET()).status()).isEqualTo(204);
    }

    @Test
    void aCallNeedsBothRoutingHeaders() throws Exception {
        var address = URI.create(simulator.sandboxUrl() + "/health");
        var one = wire.send(HttpRequest.newBuilder(address).header("E2b-Sandbox-Id", sandbox.id()));
        assertThat(one.status()).isEqualTo(400);
        assertThat(wire.send(HttpRequest.newBuilder(address))
                        .json()
                        .get("message")
                        .asString())
                .isEqualTo("Invalid host");

        var port = wire.send(HttpRequest.newBuilder(address)
                .header("E2b-Sandbox-Id", sandbox.id())
                .header("E2b-Sandbox-Port", "3000"));
        assertThat(port.status()).isEqualTo(502);
        assertThat(port.json().get("message").asString()).isEqualTo("The sandbox is running but port is not open");
    }

    @Test
    void foldersAreMadeListedMovedAndRemoved() throws Exception {
        assertThat(filesystem("MakeDir", "{\"path\":\"d/e\"}").status()).isEqualTo(200);
        assertThat(filesystem("MakeDir", "{\"path\":\"d/e\"}")
                        .json()
                        .get("code")
                        .asString())
                .isEqualTo("already_exists");
        assertThat(filesystem("ListDir", "{\"path\":\"d\",\"depth\":1}")
                        .json()
                        .get("entries")
                        .get(0)
                        .get("path")
                        .asString())
                .isEqualTo("/home/user/d/e");
        assertThat(filesystem("Move", "{\"source\":\"d/e\",\"destination\":\"d/f\"}")
                        .status())
                .isEqualTo(200);
        assertThat(filesystem("Stat", "{\"path\":\"d/f\"}")
                        .json()
                        .get("entry")
                        .get("type")
                        .asString())
                .isEqualTo("FILE_TYPE_DIRECTORY");
        assertThat(filesystem("Remove", "{\"path\":\"d\"}").status()).isEqualTo(200);
        assertThat(filesystem("Remove", "{\"path\":\"d\"}").status()).isEqualTo(200);
        assertThat(filesystem("Stat", "{\"path\":\"d\"}").status()).isEqualTo(404);
    }

    private Wire.Answer filesystem(String method, String body) throws Exception {
        return wire.unary(sandbox, "/filesystem.Filesystem/" + method, body);
    }

    private Wire.Answer read(String query) throws Exception {
        return wire.send(wire.data(sandbox, "/files?" + query).GET());
    }

    private Wire.Answer upload(Wire.Created who, String address) throws Exception {
        return wire.send(wire.data(who, address)
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofString("x")));
    }
}
