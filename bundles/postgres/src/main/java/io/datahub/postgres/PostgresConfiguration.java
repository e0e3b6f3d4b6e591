package io.datahub.postgres;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The part of {@code io.datahub.cluster.cfg} that concerns the ledger. */
@ObjectClassDefinition(
        name = "Datahub cluster: ledger",
        description = "The PostgreSQL database with the records and the journal of all hubs")
public @interface PostgresConfiguration {

    @AttributeDefinition(
            description = "The database, as jdbc:postgresql://HOST[:PORT][,HOST[:PORT]]/DATABASE[?PROPERTY=VALUE...]"
                    + " with all servers that may become the primary; empty if the hub is in no cluster",
            required = false)
    String ledger() default "";

    @AttributeDefinition(
            description = "The folder with one file for each secret: ledger.user, ledger.password, and ledger.ca.pem"
                    + " with the authorities that are trusted: TLS is required then",
            required = false)
    String secrets() default "";

    @AttributeDefinition(
            description = "Whether the database may be without a synchronous standby: what was acknowledged may be"
                    + " lost with its machine then",
            required = false)
    boolean allowSingle() default false;

    @AttributeDefinition(description = "Name of this hub, for the sessions of the database", required = false)
    String hub() default "";
}
