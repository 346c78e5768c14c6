package dev.caprock.evidence;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Verifies exports and receipts offline: no service, no database, only files. */
public final class VerifyCommand {

    private static final int GENUINE = 0;
    private static final int BROKEN = 1;
    private static final int UNUSABLE = 2;

    private final PrintStream out;

    public VerifyCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * {@code FILE [--key PUBLICKEYS]}: an export of audit records.
     *
     * @return the exit code: 0 intact, 1 tampered with, 2 when that cannot be told
     */
    public int audit(List<String> arguments) {
        return run(arguments, "verify-audit FILE [--key PUBLICKEYS]", (file, keys) -> {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                return audit(ExportCheck.of(in, keys));
            }
        });
    }

    /** {@code FILE --key PUBLICKEYS}: a session receipt. Exit codes as of {@link #audit}. */
    public int receipt(List<String> arguments) {
        return run(arguments, "verify-receipt FILE --key PUBLICKEYS", (file, keys) -> {
            if (!keys.verify()) {
                throw new IllegalArgumentException("a receipt proves nothing without the public key");
            }
            return receipt(ReceiptCheck.of(Files.readAllBytes(file), keys));
        });
    }

    private int audit(ExportCheck.Result result) {
        return switch (result) {
            case ExportCheck.Result.Broken(long line, Finding finding) -> {
                out.printf("BROKEN at line %d: %s%n", line, finding.text());
                yield BROKEN;
            }
            case ExportCheck.Result.Intact intact -> {
                out.printf(
                        "INTACT: %d records in %d chains of tenant %s, exported at %s%n",
                        intact.records(),
                        intact.chains(),
                        intact.header().tenant(),
                        intact.header().at());
                out.printf(
                        "last checkpoint: number %d, digest %s%n",
                        intact.last().number(), intact.last().digest());
                if (intact.retired().chains() > 0) {
                    out.printf(
                            "%d further chains are retired, of sessions up to %s: signed statements say how each ended, their records are not kept%n",
                            intact.retired().chains(), intact.retired().upTo());
                }
                if (intact.behind() > 0) {
                    out.printf(
                            "%d of the records are behind it: only this export's own signature covers them%n",
                            intact.behind());
                }
                if (!intact.signatures()) {
                    out.println("NOT VERIFIED: signatures. Whoever made this file could have made it up; give --key.");
                }
                yield GENUINE;
            }
        };
    }

    private int receipt(ReceiptCheck.Result result) {
        return switch (result) {
            case ReceiptCheck.Result.Broken(String reason) -> {
                out.printf("BROKEN: %s%n", reason);
                yield BROKEN;
            }
            case ReceiptCheck.Result.Genuine(Receipt receipt) -> {
                out.printf(
                        "GENUINE: session %s of tenant %s, %s%n",
                        receipt.predicate().session(),
                        receipt.predicate().tenant(),
                        receipt.predicate().outcome());
                out.println(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(receipt));
                yield GENUINE;
            }
        };
    }

    private int run(List<String> arguments, String usage, Check check) {
        boolean keyed = arguments.size() == 3 && arguments.get(1).equals("--key");
        if (arguments.size() != 1 && !keyed) {
            out.println("usage: " + usage);
            return UNUSABLE;
        }
        try {
            PublicKeys keys =
                    keyed ? PublicKeys.ofPem(Files.readString(Path.of(arguments.getLast()))) : PublicKeys.none();
            return check.run(Path.of(arguments.getFirst()), keys);
        } catch (IOException | IllegalArgumentException unusable) {
            out.printf("cannot verify: %s%n", unusable);
            return UNUSABLE;
        }
    }

    @FunctionalInterface
    private interface Check {
        int run(Path file, PublicKeys keys) throws IOException;
    }
}
