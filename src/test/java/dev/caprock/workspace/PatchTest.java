package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.mesa.MesaSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** A patch turns the files before into the files after: applied by those who read patches. Git and patch must be on PATH. */
class PatchTest {

    private static final List<String> NAMES = List.of(
            "a.txt", "dir/b.txt", "dir/with blank.txt", "ünïcödé.md", "quote\".txt", "tab\t.txt", "deep/er/c", "z");

    private final MesaSimulator mesa = MesaSimulator.start();
    private final Diffs diffs = new Diffs(DiffsTest.workspaces(mesa.url(), mesa.rootKey()));

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        mesa.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void aPatchMakesTheFilesAfterOfTheFilesBefore(int seed) throws Exception {
        var random = new Random(seed);
        var before = files(random);
        var after = edited(before, random);

        String patch = patch(before, after, "");

        assertThat(applied(before, patch, "git", "apply", "--whitespace=nowarn", "-"))
                .isEqualTo(after);
        assertThat(applied(before, patch, "patch", "-p1", "--binary", "--no-backup-if-mismatch"))
                .isEqualTo(after);
    }

    @Test
    void aRenamedFileStaysOneFile() throws Exception {
        String patch = patch(Map.of("old name", "1\n2\n"), Map.of("new", "1\n2\n"), "");

        assertThat(patch).isEqualTo("diff --git \"a/old name\" b/new\nrename from \"old name\"\nrename to new\n");
    }

    @Test
    void insideAFolderEveryNameIsBelowIt() throws Exception {
        String patch = patch(Map.of("a", "1\n", "gone", "2\n", "x", "3\n"), Map.of("a", "2\n", "y", "3\n"), "notes/");

        var before = Map.of("notes/a", "1\n", "notes/gone", "2\n", "notes/x", "3\n", "a", "1\n");
        assertThat(applied(before, patch, "git", "apply", "-"))
                .isEqualTo(Map.of("notes/a", "2\n", "notes/y", "3\n", "a", "1\n"));
    }

    private static Map<String, String> files(Random random) {
        var files = new TreeMap<String, String>();
        NAMES.stream().filter(name -> random.nextInt(3) > 0).forEach(name -> files.put(name, text(random)));
        files.put("always", "so that there is always one\n");
        return files;
    }

    private static Map<String, String> edited(Map<String, String> before, Random random) {
        var after = new TreeMap<String, String>();
        before.forEach((name, text) -> {
            switch (random.nextInt(5)) {
                case 0 -> after.put(name, editedText(text, random));
                case 1 -> {} // deleted
                case 2 -> after.put("moved/" + name, text);
                case 3 -> after.put(name, text(random));
                default -> after.put(name, text);
            }
        });
        after.put("created", text(random) + "something\n");
        return after;
    }

    private static String editedText(String text, Random random) {
        var lines = new ArrayList<>(List.of(text.split("(?<=\n)")));
        for (int i = 0; i < 3; i++) {
            int at = random.nextInt(lines.size() + 1);
            if (random.nextBoolean() || at == lines.size()) {
                lines.add(Math.min(at, lines.size() - 1), "edited %d\n".formatted(random.nextInt(9)));
            } else {
                lines.set(at, "replaced\r\n");
            }
        }
        return String.join("", lines) + (random.nextBoolean() ? "unended" : "");
    }

    private static String text(Random random) {
        int lines = random.nextInt(4) == 0 ? 0 : random.nextInt(40);
        String text = IntStream.range(0, lines)
                .mapToObj(line -> "line %d of %d\n".formatted(line, random.nextInt(3)))
                .collect(Collectors.joining());
        return random.nextInt(3) == 0 ? text + "no end" : text;
    }

    private String patch(Map<String, String> before, Map<String, String> after, String inFolder) throws Exception {
        mesa.createRepo("notes", Map.of());
        String base = change(Tip.ROOT, before, Map.of());
        String head = change(base, after, before);
        return diffs.between("notes", base, head).files().stream()
                .map(file -> file.patch(inFolder))
                .collect(Collectors.joining());
    }

    /** Makes a change with the files, and without those that went. Its id. */
    private String change(String parent, Map<String, String> files, Map<String, String> earlier) throws Exception {
        var edits = new ArrayList<Map<String, String>>();
        earlier.keySet().stream()
                .filter(path -> !files.containsKey(path))
                .forEach(path -> edits.add(Map.of("path", path, "action", "delete")));
        files.forEach((path, text) -> edits.add(Map.of(
                "path", path, "content", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)))));
        var body = Map.of(
                "base_change_id",
                parent,
                "message",
                "a change",
                "author",
                Map.of("name", "A", "email", "a@example.com"),
                "files",
                edits);
        var request = HttpRequest.newBuilder(mesa.url().resolve("/v1/acme/notes/changes"))
                .header("Authorization", "Bearer " + mesa.rootKey())
                .POST(BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(body)));
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request.build(), BodyHandlers.ofString()).body();
            return JsonMapper.shared().readTree(answer).path("id").asString();
        }
    }

    /** The files that a program makes of others, given a patch on its standard input. */
    private Map<String, String> applied(Map<String, String> before, String patch, String... program) throws Exception {
        Path root = Files.createTempDirectory(folder, "files");
        for (var file : before.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        var process = new ProcessBuilder(program).directory(root.toFile()).redirectErrorStream(true);
        process.environment().put("GIT_CEILING_DIRECTORIES", folder.toString());
        var running = process.start();
        try (var input = running.getOutputStream()) {
            input.write(patch.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor()).as("%s\n%s", said, patch).isZero();
        return contents(root);
    }

    private static Map<String, String> contents(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .collect(Collectors.toMap(
                            file -> root.relativize(file).toString(),
                            PatchTest::text,
                            (one, other) -> one,
                            TreeMap::new));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
