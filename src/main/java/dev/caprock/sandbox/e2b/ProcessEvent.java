package dev.caprock.sandbox.e2b;

import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** One event of envd's {@code process.Process/Start}. At most one part is present; a keepalive has none of ours. */
record ProcessEvent(
        @Nullable Start start,
        @Nullable Data data,
        @Nullable End end) {

    private static final ObjectReader MESSAGES = JsonMapper.shared().readerFor(Message.class);
    private static final ProcessEvent NONE = new ProcessEvent(null, null, null);
    private static final int KILLED = 128 + 9;

    record Message(@Nullable ProcessEvent event) {}

    record Start(@Nullable Long pid) {}

    record Data(byte @Nullable [] stdout, byte @Nullable [] stderr) {}

    /** Fields with the value zero are left out on the wire. */
    record End(@Nullable Integer exitCode, @Nullable Boolean exited) {

        /** As a shell counts it. Envd tells of a signal only in words, so any is reported as a kill. */
        int code() {
            int code = exitCode == null ? 0 : exitCode;
            return Boolean.TRUE.equals(exited) || code > 0 ? code : KILLED;
        }
    }

    static ProcessEvent read(Frame frame) throws ProtocolException {
        try {
            Message message = MESSAGES.readValue(frame.payload());
            return message == null || message.event() == null ? NONE : message.event();
        } catch (JacksonException unreadable) { // it may quote the output
            throw new ProtocolException("an event that is not the JSON we know");
        }
    }
}
