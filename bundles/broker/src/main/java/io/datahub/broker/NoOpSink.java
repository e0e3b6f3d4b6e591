package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.user.Login;

/** The hub's own end: it publishes, and waits for nobody. */
enum NoOpSink implements EventSink {
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
