package io.datahub.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.test.cluster.MemoryLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A hub whose clock is days ahead of the ledger's. */
class WrongClockTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    private final AtomicReference<Duration> offset = new AtomicReference<>(Duration.ofDays(-30));
    private final InstantSource ledgerClock = () -> Instant.now().plus(offset.get());

    @BeforeEach
    void start() throws IOException {
        cluster.ledger = new MemoryLedger(ledgerClock);
        cluster.restart();
    }

    @Test
    void shouldKeepUploadsByTheClockOfTheLedger() throws IOException {
        WriteRequest request = new WriteRequest(User.HUB, "test", RecordPath.of("a")).withLength(OptionalLong.of(10));
        String name = cluster.lastingDrafts().create(request, Map.of()).get().name();
        assertThat(cluster.lastingDrafts().find(User.HUB, name).isRefused()).isFalse();

        offset.updateAndGet(before -> before.plus(Duration.ofDays(10)));
        assertThat(cluster.lastingDrafts().find(User.HUB, name).refusal().map(Refusal::reason))
                .contains(Reason.NOT_FOUND);
    }

    @Test
    void shouldDateRejectionsByTheClockOfTheLedger() throws IOException {
        WriteRequest request = new WriteRequest(User.HUB, "test", RecordPath.of("a"));
        try (Draft draft = cluster.records().begin(request).get()) {
            Change change = draft.reject(new Refusal(Reason.INVALID, "no")).get();
            assertThat(change.type()).isEqualTo(Change.Type.REJECTED);
            assertThat(Duration.between(change.version().modified(), change.time())
                            .abs())
                    .isLessThan(Duration.ofMinutes(1));
        }
    }
}
