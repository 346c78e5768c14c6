package dev.caprock.requests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.apidocs.ApiDocument;
import dev.caprock.scenario.HttpCalls;
import dev.caprock.scenario.Reply;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import dev.caprock.scenario.StartedSession;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/**
 * Thousands of requests that nobody would send, at every operation of the document: each is answered as the document says, and
 * never by a failure of ours. {@code -Dcaprock.fuzz.seed} repeats a run, {@code -Dcaprock.fuzz.requests} makes it longer.
 */
@ScenarioTest
class FuzzTest {

    private static final Set<Integer> OF_THE_ADDRESS = Set.of(404, 405);

    @Autowired
    private Scenario scenario;

    private final ApiDocument document = ApiDocument.read();

    @Test
    void nothingThatIsSentMakesTheServiceFail() {
        long seed = Long.getLong("caprock.fuzz.seed", System.nanoTime());
        int rounds = Integer.getInteger("caprock.fuzz.requests", 1000)
                        / document.calls().size()
                + 1;
        System.out.println("fuzzing with -Dcaprock.fuzz.seed=" + seed);
        var mutations = new Mutations(new Random(seed), ids());
        var answers = new TreeMap<Integer, Integer>();
        var wrong = new ArrayList<String>();
        for (int round = 0; round < rounds; round++) {
            for (ApiDocument.Call call : document.calls()) {
                Mutations.Sent sent = mutations.of(call, document.exampleOf(call));
                Reply reply = send(call, sent);
                answers.merge(reply.status(), 1, Integer::sum);
                mistakes(call, reply)
                        .forEach(mistake -> wrong.add("%s: %s\n  sent %s\n  got %d %s"
                                .formatted(call.id(), mistake, sent, reply.status(), shortened(reply.body()))));
                undo(call, reply);
            }
        }

        assertThat(wrong.stream().distinct().limit(20))
                .as("seed %d, of %d", seed, wrong.size())
                .isEmpty();
        assertThat(answers.keySet()).as("it gets past the first check").contains(200, 400, 404, 415, 422);
    }

    /** Of things that exist, so that it is not always their absence that is told. */
    private List<String> ids() {
        StartedSession session = scenario.session().shell("echo hello").start();
        session.awaitClosed();
        return List.of(session.id(), session.runId(1));
    }

    private Reply send(ApiDocument.Call call, Mutations.Sent sent) {
        HttpCalls http = scenario.http();
        BodyPublisher body = sent.body() == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(sent.body());
        return http.send(call.method(), sent.path(), body, sent.headers().toArray(String[]::new));
    }

    private List<String> mistakes(ApiDocument.Call call, Reply reply) {
        var found = new ArrayList<String>();
        JsonNode answer = document.resolved(call.responses().path(Integer.toString(reply.status())));
        if (answer.isMissingNode() && !OF_THE_ADDRESS.contains(reply.status())) {
            found.add("the status is not documented");
        }
        if (reply.status() >= 500) {
            found.add("it is our failure");
        }
        if (reply.body()
                .matches("(?s).*(Exception|\\tat |dev\\.caprock\\.|org\\.springframework|tools\\.jackson|java\\.).*")) {
            found.add("it tells of our inside");
        }
        String type = reply.header("Content-Type").replaceFirst(";.*", "");
        if (reply.status() >= 400) {
            if (!type.equals("application/problem+json")) {
                found.add("it is no problem but " + type);
            } else {
                JsonNode problem = call.responses()
                        .path("default")
                        .path("content")
                        .path(type)
                        .path("schema");
                found.addAll(document.mismatches(problem, reply.json()));
                if (!reply.json().path("traceId").stringValue("").matches("[0-9a-f]{32}")) {
                    found.add("it has no traceId");
                }
            }
        } else if (type.equals("application/json")) {
            found.addAll(document.mismatches(answer.path("content").path(type).path("schema"), reply.json()));
        }
        return found;
    }

    /** What was accepted after all is ended at once. */
    private void undo(ApiDocument.Call call, Reply reply) {
        if (call.path().equals("/v1/sessions") && reply.status() == 202) {
            scenario.http().delete("/v1/sessions/" + reply.json().path("id").stringValue("") + "?mode=now");
        }
        if (call.path().equals("/v1/webhooks") && reply.status() == 201) {
            scenario.http().delete("/v1/webhooks/" + reply.json().path("id").stringValue(""));
        }
    }

    private static String shortened(String text) {
        return text.length() <= 400 ? text : text.substring(0, 400) + "…";
    }
}
