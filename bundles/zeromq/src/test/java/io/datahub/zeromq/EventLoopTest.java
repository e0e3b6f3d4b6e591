package io.datahub.zeromq;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventLoopTest {

    @Test
    void shouldReportTheTimeSinceItsLastIterationWhileATaskBlocksItsThread() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        try (Fixture hub = new Fixture()) {
            EventLoop loop = new EventLoop(hub.zeromq.context().pool(), 9);
            loop.start();
            loop.execute(() -> {
                try {
                    release.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });

            Fixture.await(() -> loop.nanosSinceIteration() > TimeUnit.SECONDS.toNanos(3));
            release.countDown();
            Fixture.await(() -> loop.nanosSinceIteration() < TimeUnit.SECONDS.toNanos(2));

            loop.stop();
            loop.join();
        } finally {
            release.countDown();
        }
    }
}
