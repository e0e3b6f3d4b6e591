package io.datahub.zeromq;

import io.datahub.api.event.EventBroker;
import io.datahub.api.net.ConnectionLimiter;
import io.datahub.api.user.Authenticator;
import io.datahub.zeromq.buffer.BufferPool;
import io.datahub.zeromq.buffer.LargeMessageMemory;
import io.datahub.zeromq.curve.CurveKeyPair;

/** Services and shared state for all connections of the endpoint. Thread-safe. */
final class EndpointContext {

    private final EventBroker broker;
    private final Authenticator authenticator;
    private final CurveKeyPair keys;
    private final HistoryReader history;
    private final BufferPool pool;
    private final ConnectionLimiter connectionLimiter = new ConnectionLimiter();
    private final PendingHandshakes handshakes = new PendingHandshakes();
    private final DisconnectMetrics disconnectMetrics = new DisconnectMetrics();
    private final LargeMessageMemory largeMessages =
            new LargeMessageMemory(() -> settings().maxReceivingBytes());
    private volatile ZeromqSettings settings;

    EndpointContext(
            EventBroker broker,
            Authenticator authenticator,
            CurveKeyPair keys,
            HistoryReader history,
            ZeromqSettings settings) {
        this.broker = broker;
        this.history = history;
        this.authenticator = authenticator;
        this.keys = keys;
        this.settings = settings;
        pool = new BufferPool(settings.readBufferBytes(), settings.maxReadBufferBytes());
    }

    EventBroker broker() {
        return broker;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    /** Reads the history for requests. */
    HistoryReader history() {
        return history;
    }

    /** The hub's long-term CURVE keys. */
    CurveKeyPair keys() {
        return keys;
    }

    BufferPool pool() {
        return pool;
    }

    ConnectionLimiter connectionLimiter() {
        return connectionLimiter;
    }

    PendingHandshakes handshakes() {
        return handshakes;
    }

    DisconnectMetrics disconnectMetrics() {
        return disconnectMetrics;
    }

    LargeMessageMemory largeMessages() {
        return largeMessages;
    }

    ZeromqSettings settings() {
        return settings;
    }

    void configure(ZeromqSettings newSettings) {
        settings = newSettings;
    }
}
