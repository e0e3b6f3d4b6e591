package io.datahub.nats;

import java.util.Map;

/** An owner of a connection that subscribes to nothing and needs to know nothing. */
class NoOwner implements NatsLink.Owner {

    @Override
    public Map<String, NatsLink.Handler> subscriptions() {
        return Map.of();
    }

    @Override
    public void connected() {}

    @Override
    public void malformed() {}
}
