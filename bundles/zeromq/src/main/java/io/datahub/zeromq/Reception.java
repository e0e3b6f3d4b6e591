package io.datahub.zeromq;

import io.datahub.api.event.EventBroker;
import io.datahub.api.user.Authenticator;

/** What all connections of the endpoint share. For any thread. */
final class Reception {

    private final EventBroker broker;
    private final Authenticator authenticator;
    private final CurveKeyPair keys;
    private final BufferPool pool;
    private final Admission admission = new Admission();
    private final Handshakes handshakes = new Handshakes();
    private final Closures closures = new Closures();
    private final Receiving receiving = new Receiving();
    private volatile Settings settings;

    Reception(EventBroker broker, Authenticator authenticator, CurveKeyPair keys, Settings settings) {
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

    Admission admission() {
        return admission;
    }

    Handshakes handshakes() {
        return handshakes;
    }

    Closures closures() {
        return closures;
    }

    Receiving receiving() {
        return receiving;
    }

    Settings settings() {
        return settings;
    }

    void configure(Settings changed) {
        settings = changed;
    }
}
