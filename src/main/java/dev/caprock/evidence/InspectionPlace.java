package dev.caprock.evidence;

import dev.caprock.id.PublicId;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How far a tenant's checkpoints and chains were inspected. */
sealed interface InspectionPlace {

    /** Below the id of every chain. */
    UUID BEFORE_ALL = new UUID(0, 0);

    InspectionPlace START = new AfterCheckpoint(0);

    Pattern TEXT = Pattern.compile("(?:c(\\d{1,18})|h([0-9a-f]{32})(?:_(\\d{1,18}))?)");

    record AfterCheckpoint(long number) implements InspectionPlace {}

    record AfterChain(UUID chain) implements InspectionPlace {}

    record InChain(UUID chain, long seq) implements InspectionPlace {}

    /** As callers hand it back. */
    default String text() {
        return switch (this) {
            case AfterCheckpoint(long number) -> "c" + number;
            case AfterChain(UUID chain) -> "h" + PublicId.digits(chain);
            case InChain(UUID chain, long seq) -> "h%s_%d".formatted(PublicId.digits(chain), seq);
        };
    }

    /** Empty when the text is none of ours. */
    static Optional<InspectionPlace> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        if (parts.group(1) != null) {
            return Optional.of(new AfterCheckpoint(Long.parseLong(parts.group(1))));
        }
        UUID chain = PublicId.ofDigits(parts.group(2)).orElseThrow();
        return Optional.of(
                parts.group(3) == null ? new AfterChain(chain) : new InChain(chain, Long.parseLong(parts.group(3))));
    }
}
