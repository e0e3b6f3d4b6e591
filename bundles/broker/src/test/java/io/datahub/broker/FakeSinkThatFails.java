package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.user.Login;

/** A transport whose sink always throws. */
final class FakeSinkThatFails implements EventSink {

    @Override
    public void ready() {
        throw new IllegalStateException("ready failed, as the test wants");
    }

    @Override
    public void resume() {
        throw new IllegalStateException("resume failed, as the test wants");
    }

    @Override
    public void renewed(Login login) {
        throw new IllegalStateException("renewed failed, as the test wants");
    }

    @Override
    public void ended(CloseReason reason) {
        throw new IllegalStateException("ended failed, as the test wants");
    }
}
