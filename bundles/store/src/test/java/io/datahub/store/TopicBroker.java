package io.datahub.store;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A broker that records the topics of announced events. */
final class TopicBroker implements EventBroker {

    final List<String> topics = new CopyOnWriteArrayList<>();

    @Override
    public void announce(String topic, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Session open(Login login, EventSink sink) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<SessionInfo> sessions() {
        return List.of();
    }

    @Override
    public void announce(Cursor cursor, String topic, byte[] payload) {
        topics.add(topic);
    }

    @Override
    public EventInjector openInjector() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean disconnect(SessionId id) {
        return false;
    }

    @Override
    public Counters counters() {
        return new Counters(0, 0, 0, 0, 0);
    }
}
