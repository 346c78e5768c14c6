package dev.caprock.sandbox.e2b;

import dev.caprock.remote.Remote;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.OutputSink;
import dev.caprock.sandbox.OutputStreamName;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.http.HttpTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The events of one process in a sandbox, one envelope in memory at a time. Closing it leaves the process running. */
final class ProcessStream implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Remote remote;
    private final String operation;
    private final InputStream in;
    private boolean started;

    ProcessStream(Remote remote, String operation, InputStream in) {
        this.remote = remote;
        this.operation = operation;
        this.in = in;
    }

    /**
     * Delivers the output until the process has ended.
     *
     * @return the exit code
     * @throws RemoteFailure.Rejected when the process was refused and never started
     * @throws RemoteFailure.Unknown when its end was not seen
     */
    int drain(OutputSink sink) {
        ProcessEvent.End end = null;
        try {
            Frame frame = next();
            while (!frame.endsStream()) {
                var event = ProcessEvent.read(frame);
                started |= event.start() != null || event.data() != null;
                deliver(event.data(), sink);
                end = event.end() == null ? end : event.end();
                frame = next();
            }
            if (end == null) {
                throw endedEarly(frame);
            }
            in.transferTo(OutputStream.nullOutputStream()); // read to its end, a connection can be used again
        } catch (IOException broken) {
            if (end == null) { // once the end was seen, the result is known whatever becomes of the stream
                throw broken(broken);
            }
        }
        return end.code();
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException alreadyBroken) {
            // nothing more is wanted of it
        }
    }

    private Frame next() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
        return Frame.read(in);
    }

    private static void deliver(ProcessEvent.@Nullable Data data, OutputSink sink) {
        if (data != null && data.stdout() != null) {
            sink.accept(OutputStreamName.STDOUT, data.stdout());
        }
        if (data != null && data.stderr() != null) {
            sink.accept(OutputStreamName.STDERR, data.stderr());
        }
    }

    /** The stream has ended properly, but the process has not, or never began. Its error reads like that of an answer. */
    private RemoteFailure endedEarly(Frame last) {
        String code = error(last).path("code").asString("");
        return code.isEmpty()
                ? unknown("ended_early", "the stream ended without an exit code", null)
                : remote.failure(operation, started ? 500 : status(code), null, last.payload());
    }

    /** The HTTP status that the same error has outside a stream, as far as it tells that nothing was started. */
    private static int status(String code) {
        return switch (code) {
            case "invalid_argument", "failed_precondition" -> 400;
            case "unauthenticated" -> 401;
            case "permission_denied" -> 403;
            case "resource_exhausted" -> 429;
            default -> 500;
        };
    }

    private RemoteFailure broken(IOException cause) {
        return cause instanceof HttpTimeoutException
                ? unknown("timed_out", "the stream was given up: " + cause.getMessage(), cause)
                : unknown("stream_broken", "the stream broke before the process ended", cause);
    }

    private RemoteFailure unknown(String code, String message, @Nullable Throwable cause) {
        return new RemoteFailure.Unknown(remote.name(), operation, 200, code, message, cause);
    }

    private static JsonNode error(Frame last) {
        try {
            return JSON.readTree(last.payload()).path("error");
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
