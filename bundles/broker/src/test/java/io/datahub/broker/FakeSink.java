package io.datahub.broker;

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

/** Counts what it is told, and takes when it is asked to. */
final class FakeSink implements EventSink {

    final AtomicInteger ready = new AtomicInteger();
    final AtomicInteger resumed = new AtomicInteger();
    final List<Login> renewed = new CopyOnWriteArrayList<>();
    final List<CloseReason> ended = new CopyOnWriteArrayList<>();

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

    /** Takes all runs that wait. */
    static List<EventRun> runs(Session session) {
        List<EventRun> runs = new ArrayList<>();
        while (session.take(1 << 20, runs::add) > 0) {
            // until nothing is left
        }
        return runs;
    }

    /** Takes all events that wait, each as {@code TOPIC=PAYLOAD}. */
    static List<String> events(Session session) {
        return texts(runs(session));
    }

    /** Takes once, at most so many bytes and one run. */
    static List<String> events(Session session, int maxBytes) {
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
