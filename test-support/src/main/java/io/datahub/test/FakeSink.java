package io.datahub.test;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts its notifications, and takes events on request. */
public final class FakeSink implements EventSink {

    public final AtomicInteger ready = new AtomicInteger();
    public final AtomicInteger resumed = new AtomicInteger();
    public final List<Login> renewed = new CopyOnWriteArrayList<>();
    public final List<CloseReason> ended = new CopyOnWriteArrayList<>();

    @Override
    public void ready() {
        ready.incrementAndGet();
    }

    @Override
    public void resume() {
        resumed.incrementAndGet();
    }

    @Override
    public void renewed(Login login) {
        renewed.add(login);
    }

    @Override
    public void ended(CloseReason reason) {
        ended.add(reason);
    }

    /** Takes all waiting runs. */
    public static List<EventRun> runs(Session session) {
        List<EventRun> runs = new ArrayList<>();
        while (session.take(1 << 20, runs::add) > 0) {
            // until the queue is empty
        }
        return runs;
    }

    /** Takes all waiting events, each as {@code TOPIC=PAYLOAD}. */
    public static List<String> events(Session session) {
        return texts(runs(session));
    }

    /** Takes once, at most this many bytes and at least one run. */
    public static List<String> events(Session session, int maxBytes) {
        List<EventRun> runs = new ArrayList<>();
        session.take(maxBytes, runs::add);
        return texts(runs);
    }

    private static List<String> texts(List<EventRun> runs) {
        List<String> events = new ArrayList<>();
        for (EventRun run : runs) {
            EventReader reader = new EventReader(run);
            while (reader.next()) {
                events.add(reader.topic() + "=" + StandardCharsets.UTF_8.decode(reader.payload()));
            }
            run.buffer().release();
        }
        return events;
    }
}
