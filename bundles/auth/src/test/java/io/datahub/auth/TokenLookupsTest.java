package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.user.Origin;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is looked for while the ledger doesn't answer, and for whom. */
@Timeout(60)
class TokenLookupsTest {

    private static final Origin HOSTILE = Samples.from("192.0.2.1");
    private static final Origin OTHER = Samples.from("192.0.2.2");
    private static final Origin SHARED = Samples.from("127.0.0.1");

    private final CountDownLatch answering = new CountDownLatch(1);
    private final TokenLookups lookups = new TokenLookups();

    @AfterEach
    void tearDown() {
        lookups.close();
    }

    private CompletableFuture<Void> start(Origin origin, boolean isDelayed) {
        return lookups.start(origin, isDelayed, this::look).toCompletableFuture();
    }

    private void look() throws IOException {
        try {
            answering.await();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    private List<CompletableFuture<Void>> fill(Origin origin, int count) {
        List<CompletableFuture<Void>> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            started.add(start(origin, false));
        }
        return started;
    }

    @Test
    void shouldLeaveRoomForOtherAddresses() {
        List<CompletableFuture<Void>> accepted = fill(HOSTILE, TokenLookups.MAX_PER_ADDRESS);
        assertThat(accepted).noneMatch(CompletableFuture::isDone);
        assertThat(start(HOSTILE, false)).isCompletedExceptionally();

        CompletableFuture<Void> other = start(OTHER, false);
        assertThat(other).isNotDone();

        answering.countDown();
        await().until(() -> accepted.stream().allMatch(CompletableFuture::isDone) && other.isDone());
        assertThat(accepted).noneMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(other).isCompleted();
        CompletableFuture<Void> again = start(HOSTILE, false);
        await().until(again::isDone);
        assertThat(again).isCompleted();
    }

    @Test
    void shouldCountTheAddressesOfAnIpv6NetworkTogether() {
        fill(Samples.from("2001:db8::1"), TokenLookups.MAX_PER_ADDRESS);
        assertThat(start(Samples.from("2001:db8::2"), false)).isCompletedExceptionally();
        assertThat(start(Samples.from("2001:db8:0:1::1"), false)).isNotDone();
    }

    @Test
    void shouldGiveSharedAddressesALargerShareThatIsBounded() {
        assertThat(fill(SHARED, TokenLookups.MAX_PER_SHARED_ADDRESS)).noneMatch(CompletableFuture::isDone);
        assertThat(start(SHARED, false)).isCompletedExceptionally();
        assertThat(start(OTHER, false)).isNotDone();
    }

    @Test
    void shouldLookForOneTokenAtATimeFromAnAddressWhoseFailuresAreDelayed() {
        CompletableFuture<Void> first = start(HOSTILE, true);
        assertThat(first).isNotDone();
        assertThat(start(HOSTILE, true)).isCompletedExceptionally();

        answering.countDown();
        await().until(first::isDone);
        CompletableFuture<Void> next = start(HOSTILE, true);
        await().until(next::isDone);
        assertThat(next).isCompleted();
    }
}
