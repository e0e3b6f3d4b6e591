package io.datahub.metrics;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the metrics. */
@ObjectClassDefinition(name = "Datahub metrics", description = "What each part counts, for Prometheus.")
@interface MetricsConfiguration {

    @AttributeDefinition(description = "Whether /metrics answers everybody, without credentials")
    boolean open() default false;
}
