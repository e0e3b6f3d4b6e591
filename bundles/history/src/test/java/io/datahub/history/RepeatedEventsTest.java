package io.datahub.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.record.Cursor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepeatedEventsTest {

    private static final String RULES = "build.: 1d, 1 MiB//build.: 1h";

    @TempDir
    Path folder;

    private TestHistory hub;

    @BeforeEach
    void start() throws IOException {
        hub = new TestHistory(folder.resolve("history"), RULES);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static String cloudEvent(int id) {
        return "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"s\",\"id\":\"" + id + "\"}";
    }

    @Test
    void shouldRecognizeOnlySoManyEventsAndCountThem() throws Exception {
        int many = 100_001;
        for (int id = 0; id < many; id++) {
            hub.append("build.a", cloudEvent(id)).get(); // the first ones are deleted because of the size
        }
        assertThat(hub.append("build.a", cloudEvent(many - 1)).get()).isEqualTo(TestHistory.REPEATED);
        assertThat(hub.append("build.a", cloudEvent(1)).get()).isEqualTo(TestHistory.REPEATED);
        assertThat(hub.append("build.a", cloudEvent(0)).get()).isNotEqualTo(TestHistory.REPEATED);
        assertThat(hub.log.recentEvents()).isEqualTo(many - 1);
        assertThat(hub.log.counters().repeated()).isEqualTo(2);
        hub.configure("build.: 1d, 1 MiB", "100");
        assertThat(hub.log.recentEvents()).isZero();
        assertThat(hub.append("build.a", cloudEvent(0)).get()).isNotEqualTo(TestHistory.REPEATED);
    }

    @Test
    void shouldKeepAnEventThatIsPublishedAgainSinceItWasRefused() throws Exception {
        hub.configure(RULES, "always");
        hub.append("build.a", "x".repeat(70_000)).get();
        Path obstacle = Files.createDirectory(folder.resolve("history/topics/t-build./next.tmp"));
        var first = hub.append("build.a", cloudEvent(1));
        assertThat(first.handle((cursor, refusal) -> refusal).get()).hasMessageContaining("UNAVAILABLE");
        Files.delete(obstacle);
        await().until(() -> hub.log.failure().isEmpty());
        assertThat(hub.append("build.a", cloudEvent(1)).get()).isNotEqualTo(TestHistory.REPEATED);
        assertThat(hub.append("build.a", cloudEvent(1)).get()).isEqualTo(TestHistory.REPEATED);
        assertThat(hub.append("build.b", cloudEvent(1)).get()).isNotEqualTo(TestHistory.REPEATED);
        assertThat(hub.topics(Cursor.BEGINNING, "build.")).hasSize(3);
    }
}
