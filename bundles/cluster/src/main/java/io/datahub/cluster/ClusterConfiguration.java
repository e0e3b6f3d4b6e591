package io.datahub.cluster;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** This hub's place in a cluster, in {@code config/io.datahub.cluster.cfg}. Changes restart the store. */
@ObjectClassDefinition(
        name = "Datahub cluster: records",
        description = "Several hubs that share their records, on one ledger and one blob store")
public @interface ClusterConfiguration {

    String PID = "io.datahub.cluster";

    @AttributeDefinition(
            description =
                    "Name of this hub, which no other hub of the cluster has; empty: the first part of the machine's"
                            + " name",
            required = false)
    String hub() default "";

    @AttributeDefinition(
            description = "How old this hub's view of the ledger may become before it responds 503 and pauses the"
                    + " delivery of events, in milliseconds",
            min = "500",
            max = "60000",
            required = false)
    long maxStaleMillis() default 1_000;

    @AttributeDefinition(
            description = "How old this hub's view of the ledger may become before its clients are disconnected, in"
                    + " milliseconds",
            min = "1000",
            max = "3600000",
            required = false)
    long maxPauseMillis() default 60_000;
}
