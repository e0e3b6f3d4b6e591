package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.user.Login;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Catches and logs exceptions of a transport's sink, so that they don't affect other sessions. */
final class GuardedSink implements EventSink {

    private static final Logger LOG = LoggerFactory.getLogger(GuardedSink.class);

    private final EventSink sink;

    GuardedSink(EventSink sink) {
        this.sink = sink;
    }

    @Override
    public void ready() {
        guard(sink::ready);
    }

    @Override
    public void resume() {
        guard(sink::resume);
    }

    @Override
    public void renewed(Login login) {
        guard(() -> sink.renewed(login));
    }

    @Override
    public void ended(CloseReason reason) {
        guard(() -> sink.ended(reason));
    }

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("event=broker.transport.failed sink={}", sink.getClass().getName(), e);
        }
    }
}
