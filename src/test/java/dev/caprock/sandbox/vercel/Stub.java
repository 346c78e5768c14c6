package dev.caprock.sandbox.vercel;

import dev.caprock.sandbox.HttpStub;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** What Vercel answers; in routes {@code ?wait=true} is said where it is meant. */
final class Stub extends HttpStub {

    static final String SESSION = "/v2/sandboxes/sessions/sbx_1";
    static final String START = "POST " + SESSION + "/cmd";
    static final String LOGS = "GET " + SESSION + "/cmd/cmd_1/logs";
    static final String COMMAND = "GET " + SESSION + "/cmd/cmd_1";
    static final String STOP = "POST " + SESSION + "/stop";
    static final String EXTEND = "POST " + SESSION + "/extend-timeout";
    static final String WRITE = "POST " + SESSION + "/fs/write";
    static final String NAMED = "/v2/sandboxes/caprock-att_1";

    @Override
    public Stub on(String route, Reply... answers) {
        super.on(route, answers);
        return this;
    }

    @Override
    protected String route(String method, URI uri) {
        return super.route(method, uri) + (String.valueOf(uri.getQuery()).contains("wait=true") ? "?wait=true" : "");
    }

    /** A command that was started, and whose log is this. */
    Stub started(Reply... logs) {
        return on(START, running()).on(LOGS, logs);
    }

    List<String> lines() {
        return requests.stream()
                .map(request -> request.line().replaceAll("[?&](teamId|projectId)=[^&]*", ""))
                .toList();
    }

    List<Request> to(String route) {
        return requests.stream()
                .filter(request -> request.line().startsWith(route + "?"))
                .toList();
    }

    static Reply json(int status, String body, String... headers) {
        return reply(status, "application/json; charset=utf-8", body, headers);
    }

    static Reply html(int status) {
        return reply(status, "text/html", "<html>a gateway</html>");
    }

    static Reply error(int status, String code, String message, String... headers) {
        return json(status, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}".formatted(code, message), headers);
    }

    static Reply missing() {
        return error(404, "not_found", "Named sandbox 'x' not found for this project.");
    }

    static Reply gone() {
        return error(410, "sandbox_stopped", "Sandbox has stopped execution and is no longer available");
    }

    /** Started at second 1000, for so many seconds. */
    static Reply sandbox(String status, long seconds) {
        return json(200, """
                {"sandbox":{"name":"caprock-att_1","currentSessionId":"sbx_1","status":"%1$s","later":{}},
                 "session":{"id":"sbx_1","status":"%1$s","startedAt":1000000,"timeout":%2$d},"routes":[],"resumed":false}
                """.formatted(status, seconds * 1000));
    }

    static Reply running() {
        return command("null");
    }

    static Reply ended(int code) {
        return command(Integer.toString(code));
    }

    /** Answers when the stub is closed. */
    static Reply never() {
        return exchange -> {
            try {
                new java.util.concurrent.CountDownLatch(1).await();
            } catch (InterruptedException closed) {
                throw new IOException(closed);
            }
        };
    }

    static Reply log(Body body) {
        return stream("application/x-ndjson", body);
    }

    static Reply log(String... records) {
        return log(out -> {
            for (String line : records) {
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** Sends records, then drops the connection. */
    static Reply broken(String... records) {
        return log(out -> {
            for (String line : records) {
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
            out.flush();
            throw new IOException("told to break off");
        });
    }

    static String record(String stream, String data) {
        return "{\"data\":%s,\"stream\":\"%s\"}\n".formatted(JsonMapper.shared().writeValueAsString(data), stream);
    }

    static String out(String text) {
        return out(text.getBytes(StandardCharsets.UTF_8));
    }

    static String out(byte[] bytes) {
        return record("stdout", encoded(bytes));
    }

    static String err(String text) {
        return record("stderr", encoded(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String encoded(byte[] bytes) {
        return new String(Base64.getMimeEncoder(76, new byte[] {'\n'}).encode(bytes), StandardCharsets.US_ASCII) + "\n";
    }

    static String end(int code) {
        return record("stderr", "!\n") + record("stdout", "!" + code + "\n");
    }

    private static Reply command(String code) {
        return json(
                200,
                "{\"command\":{\"id\":\"cmd_1\",\"name\":\"/bin/sh\",\"args\":[],\"cwd\":\"/\",\"sessionId\":\"sbx_1\",\"startedAt\":1,\"exitCode\":%s}}"
                        .formatted(code));
    }
}
