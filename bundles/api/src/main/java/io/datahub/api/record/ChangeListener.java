package io.datahub.api.record;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Notified of each change before its author receives the response. Registered as a service; called in journal order
 * from one thread at a time, and must return quickly.
 */
@ConsumerType
public interface ChangeListener {

    /**
     * Called after a change became durable and before its author receives the response.
     *
     * @param change the change
     */
    void changed(Change change);
}
