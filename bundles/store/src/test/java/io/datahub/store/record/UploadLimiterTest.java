package io.datahub.store.record;

import static io.datahub.store.record.TestHub.path;
import static io.datahub.store.record.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadLimiterTest {

    private static final User ANN = user("ann", Action.WRITE, "");
    private static final User BOB = user("bob", Action.WRITE, "");

    @TempDir
    Path folder;

    private static WriteRequest wish(User user, String path) {
        return new WriteRequest(user, "test", path(path));
    }

    private static void limit(TestHub hub, int all, int each) {
        hub.settings = new Settings(
                1 << 30,
                0,
                Duration.ofMillis(100),
                0,
                0,
                Duration.ofDays(1),
                1,
                new Limits(all, each, 0, Duration.ofDays(1), 10, List.of(), List.of()));
    }

    @Test
    void shouldBoundTheUploadsOfOneUserAndOfAll() throws IOException {
        try (TestHub hub = new TestHub(folder)) {
            limit(hub, 3, 2);
            Upload first = hub.records.begin(wish(ANN, "1")).get();
            Upload second = hub.records.begin(wish(ANN, "2")).get();

            Refusal own = hub.records.begin(wish(ANN, "3")).refusal().orElseThrow();
            Upload third = hub.records.begin(wish(BOB, "3")).get();
            Refusal all = hub.records.begin(wish(BOB, "4")).refusal().orElseThrow();

            assertThat(own.reason()).isEqualTo(Reason.TOO_MANY);
            assertThat(own.retryAfter()).isPositive();
            assertThat(all.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(all.retryAfter()).isPositive();

            // What came in whole is no upload on its way any more; what was given up neither.
            first.judge();
            Upload fourth = hub.records.begin(wish(ANN, "4")).get();
            second.close();
            second.close();
            hub.records.begin(wish(BOB, "5")).get().close();
            List.of(first, third, fourth).forEach(Upload::close);
            assertThat(hub.folder("state/staging")).isEmpty();
        }
    }

    @Test
    void shouldFollowALimitThatChanges() throws IOException {
        try (TestHub hub = new TestHub(folder)) {
            limit(hub, 1, 1);
            Upload first = hub.records.begin(wish(ANN, "1")).get();
            assertThat(hub.records.begin(wish(ANN, "2")).isRefused()).isTrue();
            limit(hub, 2, 2);
            hub.records.begin(wish(ANN, "2")).get().close();
            first.close();
        }
    }

    @Test
    void shouldRefuseWhoSendsTooSlowly() {
        MinThroughput pace = new MinThroughput(100, 0);
        long now = 0;
        for (int i = 0; i < 19; i++) {
            now += TimeUnit.SECONDS.toNanos(1);
            assertThat(pace.came(1, now)).isEmpty();
            pace.ready(now);
        }

        assertThat(pace.came(1, now + TimeUnit.SECONDS.toNanos(1)).orElseThrow().reason())
                .isEqualTo(Reason.TIMED_OUT);
    }

    @Test
    void shouldNotTakeTheTimeOfTheHubForThatOfTheClient() {
        MinThroughput pace = new MinThroughput(100, 0);
        assertThat(pace.came(10, TimeUnit.SECONDS.toNanos(1))).isEmpty();
        pace.ready(TimeUnit.SECONDS.toNanos(100));
        assertThat(pace.came(10, TimeUnit.SECONDS.toNanos(101))).isEmpty();
    }

    @Test
    void shouldMeasureEachStretchAnew() {
        MinThroughput pace = new MinThroughput(100, 0);
        assertThat(pace.came(1 << 20, TimeUnit.SECONDS.toNanos(20))).isEmpty();
        pace.ready(TimeUnit.SECONDS.toNanos(20));
        assertThat(pace.came(1, TimeUnit.SECONDS.toNanos(40))).isPresent();
    }

    @Test
    void shouldTakeBytesAgainOnceASlotIsFree() throws IOException {
        try (TestHub hub = new TestHub(folder)) {
            limit(hub, 1, 1);
            for (int i = 0; i < 5; i++) {
                Upload upload = hub.records.begin(wish(ANN, "a")).get();
                upload.write(ByteBuffer.allocate(3));
                assertThat(upload.commit().isRefused()).isFalse();
                upload.close();
            }
        }
    }
}
