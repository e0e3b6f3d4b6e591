package io.datahub.history.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.record.Cursor;
import io.datahub.history.last.LastTopics;
import io.datahub.history.rules.KeepRule;
import io.datahub.history.segment.TopicLogs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {

    @TempDir
    Path folder;

    @Test
    void shouldNotMissRoomWhileNothingIsKept() throws Exception {
        HistoryFailure failure = new HistoryFailure();
        try (TopicLogs logs = new TopicLogs(folder.resolve("topics"));
                LastTopics last = new LastTopics(folder, folder.resolve("snapshot"));
                Positions positions = new Positions(folder, 0, new Cursor("e", 0))) {
            Retention retention = new Retention(folder, logs, last, positions, failure);
            retention.setReserveBytes(Long.MAX_VALUE);
            retention.maintain(1);
            assertThat(failure.isPresent()).isFalse();
            logs.configure(KeepRule.parse("build.: 1d"));
            retention.maintain(1);
            assertThat(failure.text()).contains("full");
        }
    }
}
