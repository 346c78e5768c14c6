package dev.caprock.simulator.vercel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a command printed, from its first byte; readers start there and follow. */
final class CommandLog {

    /** More is dropped. */
    private static final long LARGEST = 64 << 20;

    /** @param stream {@code stdout} or {@code stderr} */
    record Text(String stream, String data) {}

    private final List<Text> texts = new ArrayList<>();
    private long size;
    private boolean ended;
    private boolean lost;

    synchronized void add(String stream, String data) {
        if (!ended && size < LARGEST) {
            texts.add(new Text(stream, data));
            size += data.length();
            notifyAll();
        }
    }

    /** The command is over. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** The session is over. */
    synchronized void lose() {
        lost = !ended;
        end();
    }

    Reader reader() {
        return new Reader();
    }

    final class Reader {

        private int next;

        private Reader() {}

        /**
         * What comes next. A reader that is behind gets what came one after the other as one, so that records of a replay
         * are not those of the first time.
         *
         * @return null at the end
         * @throws SessionOver if the session ended first
         */
        @Nullable
        Text take() throws InterruptedException {
            synchronized (CommandLog.this) {
                while (next == texts.size() && !ended) {
                    CommandLog.this.wait();
                }
                if (next == texts.size()) {
                    if (lost) {
                        throw new SessionOver();
                    }
                    return null;
                }
                return merged();
            }
        }

        private Text merged() {
            String stream = texts.get(next).stream();
            var data = new StringBuilder();
            while (next < texts.size() && texts.get(next).stream().equals(stream)) {
                data.append(texts.get(next).data());
                next++;
            }
            return new Text(stream, data.toString());
        }
    }

    /** The session ended before the command. */
    static final class SessionOver extends RuntimeException {
        SessionOver() {
            super("the session is over", null, false, false);
        }
    }
}
