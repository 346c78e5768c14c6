package dev.caprock.client;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.DeleteExchange;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/**
 * A typed client, small enough to be copied: methods are named after the operations of the OpenAPI document, records after its
 * schemas, with the fields that this client uses. A test holds both to the document.
 */
public interface CaprockClient {

    static CaprockClient of(URI service, String key) {
        RestClient calls = RestClient.builder()
                .baseUrl(service.toString())
                .defaultHeader("Authorization", "Bearer " + key)
                .build();
        return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(calls))
                .build()
                .createClient(CaprockClient.class);
    }

    /**
     * @param key of the caller's making; sent again with the same request it makes no second session
     * @param preference {@code wait=N} holds the answer until the session runs, at most N seconds
     */
    @PostExchange("/v1/sessions")
    Session createSession(
            @RequestHeader("Idempotency-Key") String key,
            @RequestHeader("Prefer") String preference,
            @RequestBody CreateSession request);

    @GetExchange("/v1/sessions/{id}")
    Session getSession(@PathVariable String id);

    @DeleteExchange("/v1/sessions/{id}")
    Session closeSession(@PathVariable String id, @RequestParam String mode);

    @PostExchange("/v1/sessions/{id}/runs")
    Run createRun(
            @PathVariable String id, @RequestHeader("Idempotency-Key") String key, @RequestBody CreateRun request);

    @GetExchange(url = "/v1/sessions/{id}/events", accept = "application/json")
    EventPage listEvents(@PathVariable String id, @RequestParam long after, @RequestParam int limit);

    @GetExchange("/v1/sessions/{id}/runs/{run}/output")
    byte[] getOutput(
            @PathVariable String id,
            @PathVariable String run,
            @RequestParam String stream,
            @RequestParam boolean follow);

    record CreateSession(
            List<CreateSessionRepoChoice> repos, CreateSessionAgent agent, String prompt, String closeWhen) {}

    record CreateSessionRepoChoice(String name) {}

    record CreateSessionAgent(String kind, List<String> command) {}

    record CreateRun(String prompt) {}

    record Session(
            String id,
            String status,
            @Nullable String outcome,
            List<Run> runs,
            List<String> allowedActions,
            Map<String, String> links) {}

    record Run(
            String id, int number, String status, @Nullable Integer exitCode) {}

    record EventPage(List<Event> events, long last) {}

    record Event(long seq, String type, @Nullable String runId, Map<String, Object> data) {}
}
