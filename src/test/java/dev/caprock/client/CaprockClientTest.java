package dev.caprock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caprock.access.DevelopmentKeys;
import dev.caprock.apidocs.ApiDocument;
import dev.caprock.scenario.Scenario;
import dev.caprock.scenario.ScenarioTest;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.service.annotation.HttpExchange;

@ScenarioTest
class CaprockClientTest {

    @Autowired
    private Scenario scenario;

    @Autowired
    private DataSource database;

    @Test
    void aSessionIsStartedFollowedAskedFurtherAndClosed() {
        CaprockClient caprock = CaprockClient.of(scenario.http().uri(), DevelopmentKeys.admin(database));
        var request = new CaprockClient.CreateSession(
                List.of(new CaprockClient.CreateSessionRepoChoice(scenario.repo(Map.of("README.md", "Hello.\n")))),
                new CaprockClient.CreateSessionAgent("command", List.of("sh", "-c", "cat; echo; sleep 0.2")),
                "first",
                "expired");

        CaprockClient.Session session = caprock.createSession("typed", "wait=60", request);
        CaprockClient.Session again = caprock.createSession("typed", "wait=1", request);
        String first = session.runs().getFirst().id();
        byte[] printed = caprock.getOutput(session.id(), first, "stdout", true);
        CaprockClient.Run second = caprock.createRun(session.id(), "typed", new CaprockClient.CreateRun("second"));
        byte[] then = caprock.getOutput(session.id(), second.id(), "stdout", true);
        caprock.closeSession(session.id(), "graceful");
        await().until(() -> caprock.getSession(session.id()).status().equals("closed"));

        assertThat(again.id()).isEqualTo(session.id());
        assertThat(session.allowedActions()).contains("run");
        assertThat(printed).asString().isEqualTo("first\n");
        assertThat(then).asString().isEqualTo("second\n");
        assertThat(caprock.getSession(session.id()).runs())
                .extracting(CaprockClient.Run::exitCode)
                .containsExactly(0, 0);
        List<Long> seen = allEvents(caprock, session.id());
        assertThat(seen)
                .isEqualTo(LongStream.rangeClosed(1, seen.size()).boxed().toList());
    }

    private static List<Long> allEvents(CaprockClient caprock, String session) {
        var seen = new ArrayList<Long>();
        for (var page = caprock.listEvents(session, 0, 7);
                !page.events().isEmpty();
                page = caprock.listEvents(session, page.last(), 7)) {
            page.events().forEach(event -> seen.add(event.seq()));
        }
        return seen;
    }

    @ParameterizedTest
    @MethodSource
    void eachMethodIsTheOperationOfItsName(Method method) {
        HttpExchange exchange =
                Objects.requireNonNull(AnnotatedElementUtils.getMergedAnnotation(method, HttpExchange.class));

        assertThat(ApiDocument.read().calls())
                .anySatisfy(call -> assertThat(List.of(call.id(), call.method(), call.path()))
                        .containsExactly(method.getName(), exchange.method(), exchange.url()));
    }

    static Stream<Method> eachMethodIsTheOperationOfItsName() {
        return Stream.of(CaprockClient.class.getMethods())
                .filter(method -> !method.getName().equals("of"));
    }

    @ParameterizedTest
    @MethodSource
    void eachRecordHasFieldsOfTheSchemaOfItsName(Class<?> type) {
        assertThat(ApiDocument.read().fieldsOf(type.getSimpleName()))
                .containsAll(Stream.of(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
    }

    static Stream<Class<?>> eachRecordHasFieldsOfTheSchemaOfItsName() {
        return Stream.of(CaprockClient.class.getDeclaredClasses());
    }
}
