package dev.caprock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.simulator.mesa.MesaSimulator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@ScenarioTest
class PublishingTest {

    @Autowired
    private Scenario scenario;

    private MesaSimulator mesa;

    @BeforeEach
    void findMesa() {
        mesa = scenario.simulators().mesa();
    }

    @Test
    void editsInDirectIsolationAreOnTheBaseBookmarkItself() {
        var session = scenario.session()
                .with("isolation", "direct")
                .shell("echo direct >new.txt")
                .start();

        JsonNode body = session.awaitClosed();

        assertThat(file(session, "main", "new.txt")).isEqualTo("direct\n");
        assertThat(mesa.bookmarks(session.repo())).containsExactly("main");
        assertThat(body.at("/changes/after").stringValue())
                .isEqualTo(mesa.bookmark(session.repo(), "main").changeId());
        assertThat(body.path("outcome").stringValue()).isEqualTo("succeeded");
        scenario.assertEndedClean(session);
    }

    @Test
    void withoutPublishingTheEditsStayOnTheSessionsBookmark() {
        var session = scenario.session()
                .with("publish", "none")
                .shell("echo kept >new.txt")
                .start();
        String before = mesa.bookmark(session.repo(), "main").changeId();

        JsonNode body = session.awaitClosed();

        assertThat(file(session, session.bookmark(), "new.txt")).isEqualTo("kept\n");
        assertThat(mesa.bookmark(session.repo(), "main").changeId()).isEqualTo(before);
        assertThat(body.at("/changes/bookmark").stringValue()).isEqualTo(session.bookmark());
        assertThat(body.at("/changes/after").stringValue())
                .isEqualTo(mesa.bookmark(session.repo(), session.bookmark()).changeId());
        scenario.assertEndedClean(session);
    }

    @Test
    void anAgentThatEditsNothingLeavesNoTrace() {
        var session = scenario.session().shell("cat README.md").start();
        String before = mesa.bookmark(session.repo(), "main").changeId();

        JsonNode body = session.awaitClosed();

        assertThat(body.path("outcome").stringValue()).isEqualTo("succeeded");
        assertThat(mesa.bookmark(session.repo(), "main").changeId()).isEqualTo(before);
        assertThat(mesa.bookmarks(session.repo())).containsExactly("main");
        assertThat(body.at("/changes/before").stringValue()).isEqualTo(before);
        assertThat(body.at("/changes/after").stringValue("")).isEqualTo(before);
        assertThat(body.at("/changes/bookmark").stringValue()).isEqualTo("main");
        scenario.assertEndedClean(session);
    }

    @Test
    void aConflictWithTheBaseFailsAndLosesNeitherSide() throws IOException {
        var session = scenario.session()
                .shell("echo by the agent >README.md; echo edited; while [ ! -e $HOME/go ]; do sleep 0.05; done")
                .start();
        session.awaitPrinted("edited");
        mesa.commit(session.repo(), "main", Map.of("README.md", "by another\n"));
        Files.createFile(session.machine().home("user").resolve("go"));

        JsonNode body = session.awaitClosed();

        assertThat(body.path("outcome").stringValue()).isEqualTo("failed");
        assertThat(body.at("/detail/code").stringValue()).isEqualTo("merge_conflict");
        assertThat(body.at("/detail/message").stringValue()).contains("README.md");
        assertThat(body.at("/changes/bookmark").stringValue()).isEqualTo(session.bookmark());
        assertThat(file(session, "main", "README.md")).isEqualTo("by another\n");
        assertThat(file(session, session.bookmark(), "README.md")).isEqualTo("by the agent\n");
        scenario.assertEndedClean(session);
    }

    @Test
    void editsInAFurtherChangeOfTheBookmarkArePublishedToo() throws IOException {
        var session = scenario.session()
                .shell("echo begun; while [ ! -e $HOME/go ]; do sleep 0.05; done")
                .start();
        session.awaitPrinted("begun");
        mesa.commit(session.repo(), session.bookmark(), Map.of("FURTHER.md", "in a change of its own\n"));
        Files.createFile(session.machine().home("user").resolve("go"));

        scenario.assertEndedClean(session);

        assertThat(session.body().path("outcome").stringValue()).isEqualTo("succeeded");
        assertThat(file(session, "main", "FURTHER.md")).isEqualTo("in a change of its own\n");
    }

    private String file(StartedSession session, String bookmark, String path) {
        byte[] content = Objects.requireNonNull(mesa.file(session.repo(), bookmark, path));
        return new String(content, StandardCharsets.UTF_8);
    }
}
