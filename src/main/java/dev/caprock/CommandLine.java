package dev.caprock;

import dev.caprock.access.FirstApiKey;
import dev.caprock.evidence.VerifyCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the jar does when it is not to serve. */
final class CommandLine {

    private CommandLine() {}

    /** The exit code; empty when these arguments are for the service. */
    static Optional<Integer> run(List<String> arguments) {
        if (arguments.isEmpty()) {
            return Optional.empty();
        }
        List<String> rest = arguments.subList(1, arguments.size());
        return switch (arguments.getFirst()) {
            case "verify-audit" -> Optional.of(new VerifyCommand(System.out).audit(rest));
            case "verify-receipt" -> Optional.of(new VerifyCommand(System.out).receipt(rest));
            case FirstApiKey.COMMAND ->
                Optional.of(FirstApiKey.make(rest.toArray(String[]::new), Map.of(), System.out, System.err));
            default -> Optional.empty();
        };
    }
}
