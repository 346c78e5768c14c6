package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@ScenarioTest
class ListingTest {

    @Autowired
    private Scenario scenario;

    @Test
    void sessionsAreListedNewestFirstInPagesAndByWhatTheyAre() {
        var one = scenario.session().label("team", "listing").shell("true").start();
        var two = scenario.session().label("team", "listing").shell("true").start();
        var three =
                scenario.session().label("team", "listing").shell("sleep 60").start();
        var other = scenario.session().label("team", "other").shell("true").start();
        one.awaitClosed();
        two.awaitClosed();
        other.awaitClosed();
        three.awaitStatus("running");

        assertThat(list("label=team:listing")).containsExactly(three.id(), two.id(), one.id());
        assertThat(list("label=team:listing&status=closed")).containsExactly(two.id(), one.id());
        assertThat(list("label=team:listing&status=running&provider=e2b")).containsExactly(three.id());
        assertThat(list("label=team:listing&provider=other")).isEmpty();
        assertThat(paged("label=team:listing&limit=2")).containsExactly(three.id(), two.id(), one.id());
        assertThat(paged("label=team:listing&limit=1")).containsExactly(three.id(), two.id(), one.id());

        three.delete("now");
        scenario.assertEndedClean(one, two, three, other);
    }

    private List<String> list(String query) {
        return ids(scenario.http().get("/v1/sessions?" + query).json());
    }

    private List<String> paged(String query) {
        JsonNode page = scenario.http().get("/v1/sessions?" + query).json();
        var all = new ArrayList<>(ids(page));
        while (page.path("nextCursor").isString()) {
            String next = page.path("nextCursor").stringValue();
            page = scenario.http()
                    .get("/v1/sessions?" + query + "&cursor=" + next)
                    .json();
            all.addAll(ids(page));
        }
        return all;
    }

    private static List<String> ids(JsonNode page) {
        return page.path("sessions")
                .valueStream()
                .map(session -> session.path("id").stringValue())
                .toList();
    }
}
