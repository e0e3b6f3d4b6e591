package io.datahub.zeromq;

import io.datahub.api.event.EventBroker;
import io.datahub.api.user.Authenticator;

/** What all connections of the endpoint share. For any thread. */
final class EndpointContext {

    private final EventBroker broker;
    private final Authenticator authenticator;
    private final CurveKeyPair keys;
    private final BufferPool pool;
    private final ConnectionLimiter admission = new ConnectionLimiter();
    private final PendingHandshakes handshakes = new PendingHandshakes();
    private final DisconnectMetrics closures = new DisconnectMetrics();
    private final Receiving receiving = new Receiving();
    private volatile ZeromqSettings settings;

    EndpointContext(EventBroker broker, Authenticator authenticator, CurveKeyPair keys, ZeromqSettings settings) {
        this.broker = broker;
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

    /** The hub's own CURVE keys. */
    CurveKeyPair keys() {
        return keys;
    }

    BufferPool pool() {
        return pool;
    }

    ConnectionLimiter admission() {
        return admission;
    }

    PendingHandshakes handshakes() {
        return handshakes;
    }

    DisconnectMetrics closures() {
        return closures;
    }

    Receiving receiving() {
        return receiving;
    }

    ZeromqSettings settings() {
        return settings;
    }

    void configure(ZeromqSettings changed) {
        settings = changed;
    }
}
