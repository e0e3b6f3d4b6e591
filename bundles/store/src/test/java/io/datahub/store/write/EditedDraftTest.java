package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Precondition;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Drafts that begin from the present version. */
class EditedDraftTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private Draft edit() throws IOException {
        return hub.records.edit(TestHub.request(ADMIN, "a", Precondition.NONE)).get();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    @Test
    void shouldNotCommitATruncatedRecordAfterAnInterrupt() throws Exception {
        hub.put("a", "abcdef");
        try (Draft draft = edit()) {
            assertThat(draft.write(0, bytes("A"))).isEmpty();
            Thread.currentThread().interrupt();
            assertThat(reason(draft.read(0, ByteBuffer.allocate(1)))).isEqualTo(Reason.UNAVAILABLE);
            assertThat(Thread.interrupted()).isTrue();

            assertThat(reason(draft.commit())).isEqualTo(Reason.CONFLICT);
        }
        assertThat(hub.read("a")).isEqualTo("abcdef");
    }
}
