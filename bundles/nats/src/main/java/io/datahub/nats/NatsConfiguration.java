package io.datahub.nats;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The relay of events in a cluster, in {@code config/io.datahub.cluster.cfg}. */
@ObjectClassDefinition(name = "Datahub cluster: events", description = "NATS, over which the hubs relay events")
public @interface NatsConfiguration {

    @AttributeDefinition(
            description = "The NATS servers, as nats://HOST[:PORT][/PREFIX] or tls://HOST[:PORT][/PREFIX], separated by"
                    + " commas; all subjects begin with the prefix, datahub by default; empty if the hub is in no"
                    + " cluster",
            required = false)
    String[] events() default {};

    @AttributeDefinition(
            description = "The folder with one file for each secret: events.creds, or events.user and events.password,"
                    + " or events.token; and events.ca.pem with the authorities that are trusted instead of the usual"
                    + " ones",
            required = false)
    String secrets() default "";

    @AttributeDefinition(
            description =
                    "The name of this hub in the cluster, of letters, digits, underscores and hyphens; empty is the"
                            + " first part of the machine's name",
            required = false)
    String hub() default "";
}
