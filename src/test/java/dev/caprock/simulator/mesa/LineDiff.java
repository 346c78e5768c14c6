package dev.caprock.simulator.mesa;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The difference of two texts by lines, in hunks with three lines of context. */
record LineDiff(List<Hunk> hunks, int additions, int deletions) {
    private static final int CONTEXT = 3;
    private static final int LARGEST = 2000;

    enum Kind {
        CONTEXT(' '),
        ADDED('+'),
        DELETED('-');

        private final char sign;

        Kind(char sign) {
            this.sign = sign;
        }
    }

    /** A line with its line end, if it has one. The last one of a file that does not end with one is annotated. */
    record Line(Kind kind, String text) {
        private static final String UNENDED = "\\ No newline at end of file";

        Stream<Map<String, @Nullable Object>> json() {
            String word = kind.name().toLowerCase(Locale.ROOT);
            return text.endsWith("\n")
                    ? Stream.of(json(word, text.substring(0, text.length() - 1)))
                    : Stream.of(json(word, text), json("annotation", UNENDED));
        }

        private static Map<String, @Nullable Object> json(String kind, String text) {
            return Json.object("kind", kind, "text", text);
        }

        String patch() {
            return kind.sign + (text.endsWith("\n") ? text : text + "\n" + UNENDED + "\n");
        }
    }

    record Hunk(int oldStart, int newStart, List<Line> lines) {
        Map<String, @Nullable Object> json() {
            return Json.object(
                    "old_start", oldStart,
                    "old_lines", count(Kind.ADDED),
                    "new_start", newStart,
                    "new_lines", count(Kind.DELETED),
                    "lines", lines.stream().flatMap(Line::json).toList());
        }

        String patch() {
            StringBuilder patch = new StringBuilder(
                    "@@ -%d,%d +%d,%d @@\n".formatted(oldStart, count(Kind.ADDED), newStart, count(Kind.DELETED)));
            lines.forEach(line -> patch.append(line.patch()));
            return patch.toString();
        }

        private int count(Kind other) {
            return (int) lines.stream().filter(line -> line.kind() != other).count();
        }
    }

    static LineDiff of(String before, String after) {
        List<Line> lines = lines(split(before), split(after));
        int added =
                (int) lines.stream().filter(line -> line.kind() == Kind.ADDED).count();
        int deleted =
                (int) lines.stream().filter(line -> line.kind() == Kind.DELETED).count();
        return new LineDiff(hunks(lines), added, deleted);
    }

    private static List<String> split(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("(?<=\n)"));
    }

    private static List<Line> lines(List<String> before, List<String> after) {
        int[][] common = common(before, after);
        List<Line> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            boolean both = i < before.size() && j < after.size();
            if (both && common.length > 0 && before.get(i).equals(after.get(j))) {
                lines.add(new Line(Kind.CONTEXT, before.get(i++)));
                j++;
            } else if (i < before.size() && (!both || common.length == 0 || common[i + 1][j] >= common[i][j + 1])) {
                lines.add(new Line(Kind.DELETED, before.get(i++)));
            } else {
                lines.add(new Line(Kind.ADDED, after.get(j++)));
            }
        }
        return lines;
    }

    /** Lengths of longest common tails; empty for texts so large that they count as wholly replaced. */
    private static int[][] common(List<String> before, List<String> after) {
        if (before.size() > LARGEST || after.size() > LARGEST) {
            return new int[0][0];
        }
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }

    private static List<Hunk> hunks(List<Line> lines) {
        List<Hunk> hunks = new ArrayList<>();
        int next = nextEdit(lines, 0);
        while (next < lines.size()) {
            int start = Math.max(0, next - CONTEXT);
            int end = next;
            while (next < lines.size() && next - end <= 2 * CONTEXT) {
                end = next + 1;
                next = nextEdit(lines, end);
            }
            List<Line> hunk = lines.subList(start, Math.min(lines.size(), end + CONTEXT));
            hunks.add(new Hunk(
                    number(lines, start, hunk, Kind.ADDED),
                    number(lines, start, hunk, Kind.DELETED),
                    List.copyOf(hunk)));
        }
        return hunks;
    }

    private static int nextEdit(List<Line> lines, int from) {
        int next = from;
        while (next < lines.size() && lines.get(next).kind() == Kind.CONTEXT) {
            next++;
        }
        return next;
    }

    /** The number of a side's first line in a hunk; of the line before it where the side has none there. */
    private static int number(List<Line> lines, int start, List<Line> hunk, Kind other) {
        boolean any = hunk.stream().anyMatch(line -> line.kind() != other);
        long before = lines.subList(0, start).stream()
                .filter(line -> line.kind() != other)
                .count();
        return (int) before + (any ? 1 : 0);
    }
}
