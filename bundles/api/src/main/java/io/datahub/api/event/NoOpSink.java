package io.datahub.api.event;

import io.datahub.api.user.Login;

/** The sink of a session that only publishes, and never waits. */
public enum NoOpSink implements EventSink {
    /** The only instance. */
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
