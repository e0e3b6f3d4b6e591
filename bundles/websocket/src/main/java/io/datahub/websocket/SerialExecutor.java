package io.datahub.websocket;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks in order on a single thread, which is unparked only when it is idle. After a batch of many tasks the
 * thread pauses in proportion to their number, so that under load each client gets several events per write; after a
 * small batch it continues at once. Tasks submitted after it has stopped are dropped.
 */
final class SerialExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);
    private static final int LARGE_BATCH = 64;
    private static final long PAUSE_NANOS_PER_TASK = 20_000;
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean stopping;

    SerialExecutor(String name) {
        thread = new Thread(this::loop, name);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (parked) {
            parked = false;
            LockSupport.unpark(thread);
        }
    }

    private void loop() {
        while (true) {
            int count = runBatch();
            if (stopping) {
                return;
            }
            if (count >= LARGE_BATCH) {
                LockSupport.parkNanos(this, Math.min(MAX_PAUSE_NANOS, count * PAUSE_NANOS_PER_TASK));
            } else if (count == 0) {
                park();
            }
        }
    }

    /** Runs the queued tasks; tasks added in the meantime are left for the next batch. */
    private int runBatch() {
        int count = 0;
        Runnable marker = new Marker();
        tasks.add(marker);
        for (Runnable task = tasks.poll(); task != marker; task = tasks.poll()) {
            run(task);
            count++;
        }
        return count;
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("event=websocket.task.failed", e);
        }
    }

    private void park() {
        parked = true;
        while (parked && tasks.isEmpty() && !stopping) {
            LockSupport.park(this);
        }
        parked = false;
    }

    /** Stops the thread after the queued tasks. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
    }

    /** Waits for the thread to terminate. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Marks the end of a batch in the queue. */
    private static final class Marker implements Runnable {
        @Override
        public void run() {
            // A batch ends before it.
        }
    }
}
