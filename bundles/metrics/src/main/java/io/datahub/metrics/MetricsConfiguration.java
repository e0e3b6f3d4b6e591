package io.datahub.metrics;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the metrics. */
@ObjectClassDefinition(name = "Datahub metrics", description = "The metrics of all components, for Prometheus.")
@interface MetricsConfiguration {

    @AttributeDefinition(description = "Whether everyone can read /metrics without credentials")
    boolean open() default false;
}
