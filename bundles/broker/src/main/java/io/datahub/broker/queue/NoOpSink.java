package io.datahub.broker.queue;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.user.Login;

/** The sink of the hub's own events: it never waits. */
public enum NoOpSink implements EventSink {
    INSTANCE;

    @Override
    public void ready() {}

    @Override
    public void resume() {}

    @Override
    public void renewed(Login login) {}

    @Override
    public void ended(CloseReason reason) {}
}
