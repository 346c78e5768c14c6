package dev.caprock.session.web;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/**
 * What a caller would like ({@code Prefer}, RFC 7240): we know {@code wait=N}. As the RFC has it, what is not understood is not
 * refused.
 *
 * @param patience how long the answer may be held back, at most a minute; zero where nothing was said
 */
record Preference(Duration patience) {

    static final String HEADER = "Prefer";

    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?(\\d{1,9})\"?\\s*(?=[,;]|$)");

    static Preference read(@Nullable String header) {
        Matcher wait = WAIT.matcher(header == null ? "" : header);
        if (!wait.find()) {
            return new Preference(Duration.ZERO);
        }
        Duration wanted = Duration.ofSeconds(Long.parseLong(wait.group(1)));
        return new Preference(wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted);
    }

    ResponseEntity.BodyBuilder applied(ResponseEntity.BodyBuilder answer) {
        return patience.isZero() ? answer : answer.header("Preference-Applied", "wait=" + patience.toSeconds());
    }
}
