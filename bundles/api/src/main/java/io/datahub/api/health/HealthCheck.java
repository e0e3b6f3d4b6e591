package io.datahub.api.health;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reports whether a component of the hub works. Registered as a service with the property {@link #NAME}; called often
 * and from any thread, so it must return at once and never block.
 */
@ConsumerType
public interface HealthCheck {

    /** Service property: the component's short name, such as {@code store}. */
    String NAME = "datahub.health.name";

    /**
     * Checks the component.
     *
     * @return its health now
     */
    Health check();
}
