package dev.caprock.apidocs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;

/** The document knows every error that the source can answer with, and no other. */
class ErrorCodeTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/caprock");
    private static final Pattern OWN = Pattern.compile("new Problem\\(\\s*HttpStatus\\.(\\w+),\\s*\"(\\w+)\"");
    private static final Pattern IMPOSSIBLE = Pattern.compile(
            "(?:Problem\\.impossible\\(|refused\\.add\\(|Amended\\.Refused\\(\\s*\"\\w+\",)\\s*\"(\\w+)\"");

    /** Made of the status alone, where the framework or the container refuses. */
    private static final Set<ErrorCode> OF_THE_STATUS =
            Set.of(ErrorCode.BAD_REQUEST, ErrorCode.NOT_ACCEPTABLE, ErrorCode.UNSUPPORTED_MEDIA_TYPE);

    @Test
    void theCodesInTheSourceAreTheCodesInTheDocument() throws IOException {
        Map<String, Integer> documented = Stream.of(ErrorCode.values())
                .filter(code -> !OF_THE_STATUS.contains(code))
                .collect(Collectors.toMap(ErrorCode::text, code -> code.status().value()));

        assertThat(answered()).containsExactlyInAnyOrderEntriesOf(documented);
    }

    @Test
    void aCodeOfTheStatusIsNamedAfterIt() {
        assertThat(OF_THE_STATUS)
                .allSatisfy(code ->
                        assertThat(code.text()).isEqualTo(code.status().name().toLowerCase(java.util.Locale.ROOT)));
    }

    private static Map<String, Integer> answered() throws IOException {
        var found = new TreeMap<String, Integer>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> ours = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.startsWith(SOURCES.resolve("apidocs")))
                    .toList();
            for (Path file : ours) {
                String code = read(file);
                Matcher own = OWN.matcher(code);
                while (own.find()) {
                    found.put(own.group(2), HttpStatus.valueOf(own.group(1)).value());
                }
                Matcher impossible = IMPOSSIBLE.matcher(code);
                while (impossible.find()) {
                    found.put(impossible.group(1), HttpStatus.UNPROCESSABLE_CONTENT.value());
                }
            }
        }
        return found;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
