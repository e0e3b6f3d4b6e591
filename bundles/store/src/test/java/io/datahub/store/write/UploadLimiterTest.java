package io.datahub.store.write;

import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.records.draft.MinThroughput;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadLimiterTest {

    private static final User ANN = user("ann", Action.WRITE, "");
    private static final User BOB = user("bob", Action.WRITE, "");

    @TempDir
    Path folder;

    private static WriteRequest request(User user, String path) {
        return new WriteRequest(user, "test", path(path));
    }

    private static void limit(TestHub hub, int all, int each) {
        hub.configure("maxUploads", all, "maxUploadsPerUser", each);
    }

    @Test
    void shouldLimitUploadsPerUserAndInTotal() throws IOException {
        try (TestHub hub = new TestHub(folder)) {
            limit(hub, 3, 2);
            Draft first = hub.records.begin(request(ANN, "1")).get();
            Draft second = hub.records.begin(request(ANN, "2")).get();

            Refusal own = hub.records.begin(request(ANN, "3")).refusal().orElseThrow();
            Draft third = hub.records.begin(request(BOB, "3")).get();
            Refusal all = hub.records.begin(request(BOB, "4")).refusal().orElseThrow();

            assertThat(own.reason()).isEqualTo(Reason.TOO_MANY);
            assertThat(own.retryAfter()).isPositive();
            assertThat(all.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(all.retryAfter()).isPositive();

            // A completely received upload doesn't count any more, nor does a closed one.
            first.validate();
            Draft fourth = hub.records.begin(request(ANN, "4")).get();
            second.close();
            second.close();
            hub.records.begin(request(BOB, "5")).get().close();
            List.of(first, third, fourth).forEach(Draft::close);
            assertThat(hub.folder("state/staging")).isEmpty();
        }
    }

    @Test
    void shouldApplyAChangedLimit() throws IOException {
        try (TestHub hub = new TestHub(folder)) {
            limit(hub, 1, 1);
            Draft first = hub.records.begin(request(ANN, "1")).get();
            assertThat(hub.records.begin(request(ANN, "2")).isRefused()).isTrue();
            limit(hub, 2, 2);
            hub.records.begin(request(ANN, "2")).get().close();
            first.close();
        }
    }

    @Test
    void shouldRefuseASlowClient() {
        MinThroughput throughput = new MinThroughput(100, 0);
        long now = 0;
        for (int i = 0; i < 19; i++) {
            now += TimeUnit.SECONDS.toNanos(1);
            assertThat(throughput.received(1, now)).isEmpty();
            throughput.ready(now);
        }

        assertThat(throughput
                        .received(1, now + TimeUnit.SECONDS.toNanos(1))
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.TIMED_OUT);
    }

    @Test
    void shouldNotCountTheHubsOwnProcessingTime() {
        MinThroughput throughput = new MinThroughput(100, 0);
        assertThat(throughput.received(10, TimeUnit.SECONDS.toNanos(1))).isEmpty();
        throughput.ready(TimeUnit.SECONDS.toNanos(100));
        assertThat(throughput.received(10, TimeUnit.SECONDS.toNanos(101))).isEmpty();
    }

    @Test
    void shouldMeasureEachIntervalSeparately() {
        MinThroughput throughput = new MinThroughput(100, 0);
        assertThat(throughput.received(1 << 20, TimeUnit.SECONDS.toNanos(20))).isEmpty();
        throughput.ready(TimeUnit.SECONDS.toNanos(20));
        assertThat(throughput.received(1, TimeUnit.SECONDS.toNanos(40))).isPresent();
    }

    @Test
    void shouldAcceptUploadsOnceASlotIsFree() throws IOException {
        try (TestHub hub = new TestHub(folder)) {
            limit(hub, 1, 1);
            for (int i = 0; i < 5; i++) {
                Draft upload = hub.records.begin(request(ANN, "a")).get();
                upload.append(ByteBuffer.allocate(3));
                assertThat(upload.commit().isRefused()).isFalse();
                upload.close();
            }
        }
    }
}
