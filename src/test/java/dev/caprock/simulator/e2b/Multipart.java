package dev.caprock.simulator.e2b;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a multipart/form-data body apart. */
final class Multipart {

    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)");
    private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
    private static final Pattern FILE_NAME = Pattern.compile("filename=\"([^\"]*)\"");

    record Part(String name, String fileName, byte[] content) {}

    private Multipart() {}

    static List<Part> parse(String contentType, byte[] body) {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw Refused.api(400, "error parsing multipart form: no multipart boundary param in Content-Type");
        }
        // one character per byte, so that text search finds byte positions
        String text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
        var parts = new ArrayList<Part>();
        String[] sections = text.split(Pattern.quote("\r\n--" + boundary.group(1)), -1);
        for (String section : List.of(sections).subList(1, sections.length)) {
            int head = section.indexOf("\r\n\r\n");
            if (!section.startsWith("--") && head >= 0) {
                parts.add(part(utf8(section.substring(0, head)), section.substring(head + 4)));
            }
        }
        return parts;
    }

    private static Part part(String headers, String content) {
        return new Part(first(NAME, headers), first(FILE_NAME, headers), content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static String first(Pattern pattern, String headers) {
        Matcher matcher = pattern.matcher(headers);
        return matcher.find() ? matcher.group(1) : "";
    }
}
