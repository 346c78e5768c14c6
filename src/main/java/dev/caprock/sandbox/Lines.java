package dev.caprock.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts bytes into lines. A line is decoded when it is whole, so it does not matter where the network has cut a character.
 * Of a line longer than 64 KiB only so much is kept.
 */
final class Lines {

    private static final int LIMIT = 64 << 10;

    private final Consumer<String> receiver;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Lines(Consumer<String> receiver) {
        this.receiver = receiver;
    }

    void add(byte[] bytes) {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                keep(bytes, start, i);
                deliver();
                start = i + 1;
            }
        }
        keep(bytes, start, bytes.length);
    }

    /** Delivers a last line that no line feed ended. */
    void end() {
        if (line.size() > 0) {
            deliver();
        }
    }

    private void keep(byte[] bytes, int start, int end) {
        line.write(bytes, start, Math.min(end - start, LIMIT - line.size()));
    }

    private void deliver() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        receiver.accept(text);
    }
}
