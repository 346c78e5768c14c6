package dev.caprock.evidence;

import dev.caprock.audit.Audit;
import dev.caprock.id.PublicId;
import dev.caprock.problem.Problem;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a record stands among all of its tenant, as callers hand it back. */
final class PlaceText {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})_([0-9a-f]{32})_(\\d{1,18})");

    private PlaceText() {}

    static String of(Audit.Place place) {
        long microseconds = ChronoUnit.MICROS.between(Instant.EPOCH, place.at());
        return "%d_%s_%d".formatted(microseconds, PublicId.digits(place.chain()), place.seq());
    }

    static Audit.Place parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw Problem.invalid("/after", "Use the last of the page before.");
        }
        return new Audit.Place(
                Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS),
                PublicId.ofDigits(parts.group(2)).orElseThrow(),
                Long.parseLong(parts.group(3)));
    }
}
