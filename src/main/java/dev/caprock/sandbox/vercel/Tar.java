package dev.caprock.sandbox.vercel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** A gzip'd ustar archive with one file in it, readable by its owner only. */
final class Tar {

    private static final int BLOCK = 512;

    private Tar() {}

    /** @param path absolute, at most 100 bytes after its first slash, or 255 when it can be cut at one */
    static byte[] of(String path, byte[] content) {
        var archive = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(archive)) {
            out.write(header(path.substring(1).getBytes(StandardCharsets.UTF_8), content.length));
            out.write(content);
            out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK + 2 * BLOCK]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    private static byte[] header(byte[] path, int size) {
        byte[] header = new byte[BLOCK];
        int cut = path.length <= 100 ? -1 : cut(path);
        put(header, 0, Arrays.copyOfRange(path, cut + 1, path.length));
        put(header, 100, "0000600\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, "%011o\0".formatted(size));
        put(header, 136, "00000000000\0");
        put(header, 148, "        "); // counted as blanks
        header[156] = '0';
        put(header, 257, "ustar\00000");
        if (cut > 0) {
            put(header, 345, Arrays.copyOf(path, cut));
        }
        int sum = 0;
        for (byte one : header) {
            sum += one & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        return header;
    }

    /** The slash between what goes into the prefix and what into the name. */
    private static int cut(byte[] path) {
        for (int i = path.length - 101; i < path.length && i <= 155; i++) {
            if (i > 0 && path[i] == '/') {
                return i;
            }
        }
        throw new IllegalArgumentException("a path of %d bytes does not fit into an archive".formatted(path.length));
    }

    private static void put(byte[] header, int at, String text) {
        put(header, at, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void put(byte[] header, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
