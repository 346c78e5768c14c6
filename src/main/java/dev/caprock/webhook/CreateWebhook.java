package dev.caprock.webhook;

import dev.caprock.problem.Mistakes;
import dev.caprock.problem.Problem;
import dev.caprock.problem.Text;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /v1/webhooks}, as it comes. Every field may be missing until it is checked. */
record CreateWebhook(
        @Nullable String url,
        @Nullable List<@Nullable String> events,
        @Nullable String description) {

    private static final int LONGEST_DESCRIPTION = 500;

    /** What can be used of it. */
    record Checked(
            URI url,
            @Nullable List<String> events,
            @Nullable String description) {

        /** Looks the host up. */
        void mustBeAllowed(Guard guard) {
            guard.refusal(url).ifPresent(reason -> {
                throw Problem.impossible("webhook_address_refused", List.of(new Problem.Mistake("/url", reason)));
            });
        }
    }

    /** Looks nothing up. */
    Checked check(Guard guard) {
        var mistakes = new Mistakes();
        String address = mistakes.required(url, () -> "", "/url");
        if (url != null) {
            guard.mistake(url).ifPresent(mistake -> mistakes.add("/url", mistake));
        }
        List<String> chosen = mistakes.list(events, EventType.values().length, "/events");
        mistakes.check(
                events == null || !events.isEmpty(), "/events", "Name one at least, or leave the field out for all.");
        for (int i = 0; i < chosen.size(); i++) {
            boolean offered = EventType.named(chosen.get(i)).isPresent();
            mistakes.check(offered, "/events/" + i, "Must be one of %s.".formatted(EventType.texts()));
        }
        boolean fits = description == null || description.length() <= LONGEST_DESCRIPTION;
        mistakes.check(fits, "/description", "Must have at most %d characters.".formatted(LONGEST_DESCRIPTION));
        mistakes.check(description == null || Text.isStorable(description), "/description", Text.NOT_STORABLE);
        mistakes.end();
        return new Checked(URI.create(address), events == null ? null : List.copyOf(chosen), description);
    }

    @Override
    public String toString() {
        return "CreateWebhook[events=%s, …]".formatted(events);
    }
}
