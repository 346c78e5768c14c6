package dev.caprock.workspace;

/** The hunks of one file in unified form, written line by line. Past its room it only counts. */
final class Hunks {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder lines = new StringBuilder();
    private final int room;
    private int oldStart;
    private int newStart;
    private int oldLines;
    private int newLines;
    private int additions;
    private int deletions;
    private boolean full;

    /** @param room how many characters there may be */
    Hunks(int room) {
        this.room = room;
    }

    void oldStart(int line) {
        oldStart = line;
    }

    void newStart(int line) {
        newStart = line;
    }

    /** @param content with or without its line feed */
    void line(String kind, String content) {
        char sign = switch (kind) {
            case "added" -> '+';
            case "deleted" -> '-';
            case "context" -> ' ';
            default -> '\\';
        };
        additions += sign == '+' ? 1 : 0;
        deletions += sign == '-' ? 1 : 0;
        newLines += sign == '+' || sign == ' ' ? 1 : 0;
        oldLines += sign == '-' || sign == ' ' ? 1 : 0;
        if (full || text.length() + lines.length() + content.length() > room) {
            full = true;
            text.setLength(0);
            lines.setLength(0);
        } else if (sign == '\\') {
            lines.append(content.startsWith("\\") ? "" : "\\ ").append(content).append('\n');
        } else {
            boolean ended = content.endsWith("\n");
            lines.append(sign).append(content).append(ended ? "" : "\n");
        }
    }

    /** The numbers of lines are those that were written, so that the header never contradicts them. */
    void end() {
        if (!full && !lines.isEmpty()) {
            text.append("@@ -%d,%d +%d,%d @@\n"
                            .formatted(start(oldStart, oldLines), oldLines, start(newStart, newLines), newLines))
                    .append(lines);
        }
        lines.setLength(0);
        oldLines = 0;
        newLines = 0;
    }

    /** A side without lines starts after the line before: none, since there are lines around any other place. */
    private static int start(int line, int count) {
        return count == 0 ? 0 : line;
    }

    boolean isFull() {
        return full;
    }

    String text() {
        return text.toString();
    }

    int additions() {
        return additions;
    }

    int deletions() {
        return deletions;
    }
}
