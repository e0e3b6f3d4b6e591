package io.datahub.websocket;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that does what it is given, in order, and that is woken only when it sleeps. After a round of many tasks it rests
 * for a moment in proportion, so that under load each client gets several events with one write; a round of few is followed
 * at once by the next. What it is given after its end is dropped.
 */
final class SerialExecutor implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);
    private static final int MANY = 64;
    private static final long REST_NANOS_A_TASK = 20_000;
    private static final long MAX_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean ending;

    SerialExecutor(String name) {
        thread = new Thread(this::work, name);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    private void work() {
        while (true) {
            int done = round();
            if (ending) {
                return;
            }
            if (done >= MANY) {
                LockSupport.parkNanos(this, Math.min(MAX_REST_NANOS, done * REST_NANOS_A_TASK));
            } else if (done == 0) {
                sleep();
            }
        }
    }

    /** Does what there is now; what comes meanwhile is for the next round. */
    private int round() {
        int done = 0;
        Runnable last = new Marker();
        tasks.add(last);
        for (Runnable task = tasks.poll(); task != last; task = tasks.poll()) {
            run(task);
            done++;
        }
        return done;
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("event=failed action=\"a task of a client\"", e);
        }
    }

    private void sleep() {
        asleep = true;
        while (asleep && tasks.isEmpty() && !ending) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** Ends the thread when it has done what it was given. */
    void end() {
        ending = true;
        LockSupport.unpark(thread);
    }

    /** Waits for the end. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** Stands in the queue where a round ends. */
    private static final class Marker implements Runnable {
        @Override
        public void run() {
            // A round ends before it.
        }
    }
}
