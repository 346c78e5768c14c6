package dev.caprock.simulator.vercel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.vercel.Wire.Answer;
import dev.caprock.simulator.vercel.Wire.Created;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class FilesTest {

    @TempDir
    private Path archive;

    private VercelSimulator simulator;
    private Wire wire;
    private Created sandbox;

    @BeforeEach
    void start() throws Exception {
        simulator = VercelSimulator.start(Wire.SETTINGS);
        wire = new Wire(simulator);
        sandbox = wire.create("a");
    }

    @AfterEach
    void end() {
        wire.close();
        simulator.close();
    }

    @Test
    void anArchiveIsUnpackedWithModesAndParents() throws Exception {
        Path script = archive.resolve("vercel/sandbox/deep/er/run.sh");
        Files.createDirectories(script.getParent());
        Files.writeString(script, "echo ran\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));

        var written = write("/", "vercel/sandbox/deep/er/run.sh");

        assertThat(written.status()).isEqualTo(200);
        assertThat(written.json().isEmpty()).isTrue();
        Path there = simulator.machine("a").folder().resolve("vercel/sandbox/deep/er/run.sh");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(there)))
                .isEqualTo("rwxr-x---");
        var read = wire.post(sandbox.at("/fs/read"), "{\"path\":\"deep/er/run.sh\"}");
        assertThat(read.response().body()).asString().isEqualTo("echo ran\n");
        assertThat(read.response().headers().firstValue("content-type")).hasValue("application/octet-stream");
        assertThat(read.response().headers().firstValue("content-disposition"))
                .hasValue("attachment; filename=\"run.sh\"");
    }

    @Test
    void theDefaultUserDoesNotWriteWhatIsRoots() throws Exception {
        Files.createDirectories(archive.resolve("etc"));
        Files.writeString(archive.resolve("etc/fuse.conf"), "user_allow_other\n");

        assertThat(write("/", "etc/fuse.conf").code()).isEqualTo("file_error");
    }

    @Test
    void aMissingFileIsNotFound() throws Exception {
        var missing = wire.post(sandbox.at("/fs/read"), "{\"path\":\"nope\"}");

        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.json().at("/error/message").asString()).isEqualTo("File not found.");
    }

    @Test
    void directoriesAreMadeAsPlainMkdirDoes() throws Exception {
        assertThat(directory("{\"path\":\"d\"}").status()).isEqualTo(200);
        assertThat(directory("{\"path\":\"d\"}").code()).isEqualTo("file_error");
        assertThat(directory("{\"path\":\"x/y\"}").code()).isEqualTo("file_error");
        assertThat(directory("{\"path\":\"x/y\",\"recursive\":true}").status()).isEqualTo(200);
        assertThat(directory("{\"path\":\"z\",\"cwd\":\"/vercel/sandbox/x\"}").status())
                .isEqualTo(200);
        assertThat(simulator.machine("a").folder().resolve("vercel/sandbox/x/z"))
                .isDirectory();
    }

    private Answer directory(String body) throws Exception {
        return wire.post(sandbox.at("/fs/mkdir"), body);
    }

    /** By the host's tar, which is not ours. */
    private Answer write(String cwd, String entry) throws Exception {
        var tar = new ProcessBuilder(List.of("tar", "--format=ustar", "-czf", "-", entry))
                .directory(archive.toFile())
                .start();
        var bytes = new ByteArrayOutputStream();
        tar.getInputStream().transferTo(bytes);
        return wire.send(wire.request(sandbox.at("/fs/write"))
                .setHeader("Content-Type", "application/gzip")
                .header("x-cwd", cwd)
                .POST(BodyPublishers.ofByteArray(bytes.toByteArray())));
    }
}
