package dev.caprock.session.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.id.PublicId;
import dev.caprock.journal.Position;
import dev.caprock.session.Run;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A run as callers see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunBody(
        String id,
        int number,
        String status,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        Map<String, Long> outputBytes,
        @Nullable String result,
        @Nullable Map<String, Object> usage,
        Map<String, String> links) {

    static RunBody of(UUID session, Run run, Position output) {
        return new RunBody(
                PublicId.RUN.text(run.id()),
                run.number(),
                run.status().text(),
                run.exitCode(),
                run.signal(),
                run.createdAt(),
                run.startedAt(),
                run.finishedAt(),
                Map.of("stdout", output.stdout(), "stderr", output.stderr()),
                run.result(),
                run.usage(),
                links(session, run));
    }

    private static Map<String, String> links(UUID session, Run run) {
        String self = "/v1/sessions/%s/runs/%s".formatted(PublicId.SESSION.text(session), PublicId.RUN.text(run.id()));
        return Map.of("self", self, "stdout", self + "/output?stream=stdout", "stderr", self + "/output?stream=stderr");
    }
}
