package io.datahub.api.health;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says whether one part of the hub can do its job. Registered as a service with the property {@link #NAME}; asked often
 * and from any thread, so an answer must be at hand and never block.
 */
@ConsumerType
public interface HealthCheck {

    /** Service property: the part's short name, such as {@code store}. */
    String NAME = "datahub.health.name";

    Health check();
}
