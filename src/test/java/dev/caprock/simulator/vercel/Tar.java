package dev.caprock.simulator.vercel;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads ustar archives, with long names as pax and GNU write them. */
final class Tar {

    private static final int BLOCK = 512;
    private static final Pattern PAX_PATH = Pattern.compile("(?s)\\d+ path=([^\n]*)\n");

    /** From the highest bit of the mode on. */
    private static final PosixFilePermission[] PERMISSIONS = PosixFilePermission.values();

    private Tar() {}

    /** @param type {@code 0} is a file, {@code 5} a directory */
    record Entry(String name, int mode, char type, byte[] content) {

        void extract(Path target) throws IOException {
            if (type == '5') {
                Files.createDirectories(target);
                return;
            }
            Path parent = target.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.write(target, content);
            Files.setPosixFilePermissions(target, permissions());
        }

        private Set<PosixFilePermission> permissions() {
            var permissions = EnumSet.noneOf(PosixFilePermission.class);
            for (PosixFilePermission permission : PERMISSIONS) {
                if ((mode & 0400 >> permission.ordinal()) != 0) {
                    permissions.add(permission);
                }
            }
            return permissions;
        }
    }

    static List<Entry> read(InputStream archive) throws IOException {
        var entries = new ArrayList<Entry>();
        String longName = "";
        for (byte[] header = block(archive); header[0] != 0; header = block(archive)) {
            byte[] content = content(archive, (int) octal(header, 124, 12));
            char type = (char) header[156];
            switch (type) {
                case 'x' -> longName = paxPath(content);
                case 'L' -> longName = text(content, 0, content.length);
                case '0', '\0', '5' -> {
                    String name = longName.isEmpty() ? name(header) : longName;
                    entries.add(new Entry(name, (int) octal(header, 100, 8), type, content));
                    longName = "";
                }
                default -> throw new IOException("entry of type " + type);
            }
        }
        return entries;
    }

    private static byte[] block(InputStream archive) throws IOException {
        byte[] block = archive.readNBytes(BLOCK);
        if (block.length < BLOCK) {
            throw new EOFException("unexpected end");
        }
        return block;
    }

    private static byte[] content(InputStream archive, int size) throws IOException {
        byte[] content = archive.readNBytes(size);
        if (content.length < size) {
            throw new EOFException("unexpected end");
        }
        archive.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        return content;
    }

    private static String name(byte[] header) {
        String prefix = text(header, 345, 155);
        String name = text(header, 0, 100);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String paxPath(byte[] content) {
        var path = PAX_PATH.matcher(text(content, 0, content.length));
        return path.find() ? path.group(1) : "";
    }

    private static long octal(byte[] header, int offset, int length) throws IOException {
        String digits = text(header, offset, length).strip();
        if (!digits.matches("[0-7]{0,11}")) {
            throw new IOException("not a number: " + digits);
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static String text(byte[] bytes, int offset, int length) {
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, offset, end - offset, StandardCharsets.UTF_8);
    }
}
