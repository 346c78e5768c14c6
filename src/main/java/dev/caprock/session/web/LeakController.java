package dev.caprock.session.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.access.Caller;
import dev.caprock.access.Callers;
import dev.caprock.id.PublicId;
import dev.caprock.problem.PageSize;
import dev.caprock.problem.Problem;
import dev.caprock.session.sweep.Leak;
import dev.caprock.session.sweep.Leaks;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What is owed outside, over REST. */
@RestController
@RequestMapping("/v1/leaks")
class LeakController {

    private final Leaks leaks;
    private final Callers callers;

    LeakController(Leaks leaks, Callers callers) {
        this.leaks = leaks;
        this.callers = callers;
    }

    /** A page of leaks, normally empty; {@code nextCursor} is null on the last. */
    record Page(List<LeakBody> leaks, @Nullable String nextCursor) {}

    /** A leak as callers see it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LeakBody(
            String type,
            @Nullable String sessionId,
            String resource,
            @Nullable String account,
            @Nullable String externalId,
            Instant since,
            @Nullable Instant until,
            int attempts,
            @Nullable String lastError) {

        static LeakBody of(Leak leak) {
            return new LeakBody(
                    leak.type().name().toLowerCase(Locale.ROOT),
                    leak.session() == null ? null : PublicId.SESSION.text(leak.session()),
                    leak.resource().text(),
                    leak.account(),
                    leak.externalId(),
                    leak.since(),
                    leak.until(),
                    leak.attempts(),
                    leak.lastError());
        }
    }

    @GetMapping
    Page list(@RequestParam @Nullable String cursor, @RequestParam(defaultValue = "50") int limit) {
        PageSize.check(limit, 200);
        UUID before = cursor == null ? null : cursor(cursor);
        Caller caller = callers.current();
        List<Leak> found = leaks.page(caller.tenant(), callers.isOperator(caller), before, limit + 1);
        List<Leak> page = found.stream().limit(limit).toList();
        String next = found.size() > limit ? PublicId.digits(page.getLast().id()) : null;
        return new Page(page.stream().map(LeakBody::of).toList(), next);
    }

    private static UUID cursor(String text) {
        return PublicId.ofDigits(text)
                .orElseThrow(() -> Problem.invalid("/cursor", "Use the nextCursor of the page before."));
    }
}
