package io.datahub.console;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import io.datahub.console.shell.Table;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Prints the events of a session, one per line, on the thread that calls {@link #print}. */
final class SessionEventPrinter implements EventSink {

    private static final int BATCH_BYTES = 1 << 20;
    private static final long CLIENT_CHECK_MILLIS = 1_000;

    private final PrintStream out;
    private final PrintStream client;
    private final boolean json;
    private final Semaphore available = new Semaphore(0);
    private volatile boolean ended;
    private long remaining;

    /**
     * Creates a printer.
     *
     * @param out the stream to print to
     * @param client the stream of the client, to which {@code out} may be connected through a pipe. It is checked too,
     *     because for a single command Karaf flushes it only at the end of the command, and doesn't end the command
     *     when the client disconnects
     */
    SessionEventPrinter(PrintStream out, PrintStream client, boolean json, long count) {
        this.out = out;
        this.client = client;
        this.json = json;
        this.remaining = count;
    }

    /** Prints until the count is reached, the session ends or the client disconnects. */
    void print(Session session) throws InterruptedException {
        while (remaining > 0 && !ended && !out.checkError() && !client.checkError()) {
            if (session.take(BATCH_BYTES, this::print) == 0) {
                available.tryAcquire(CLIENT_CHECK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void print(EventRun run) {
        EventReader reader = new EventReader(run);
        while (remaining > 0 && reader.next()) {
            String time = Instant.ofEpochMilli(run.timeMillis()).toString();
            String payload = StandardCharsets.UTF_8.decode(reader.payload()).toString();
            out.println(
                    json
                            ? new Table("time", "topic", "user", "payload")
                                    .row(time, reader.topic(), run.user(), payload)
                                    .toJsonLines()
                            : time + "  " + reader.topic() + "  " + (run.user().isEmpty() ? "-" : run.user()) + "  "
                                    + payload);
            remaining--;
        }
        run.buffer().release();
    }

    @Override
    public void ready() {
        available.release();
    }

    @Override
    public void resume() {}

    @Override
    public void renewed(Login login) {}

    @Override
    public void ended(CloseReason reason) {
        ended = true;
        available.release();
    }
}
