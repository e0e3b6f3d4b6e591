package io.datahub.http;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the HTTP endpoints. */
@ObjectClassDefinition(name = "Datahub over HTTP", description = "Files, events and health over HTTP.")
public @interface HttpConfiguration {

    @AttributeDefinition(
            description = "Media types that browsers may show under /files though they can execute them, such as"
                    + " application/pdf")
    String[] inlineTypes() default {};

    @AttributeDefinition(
            description = "Memory for small records that were asked for lately, in bytes, from 0 to 1073741824",
            min = "0",
            max = "1073741824")
    long cacheBytes() default 16L << 20;

    @AttributeDefinition(
            description =
                    "Where nginx serves DATAHUB_HOME/cache/served, such as /served/, so that it sends records itself;"
                            + " empty: it doesn't")
    String accelLocation() default "";

    @AttributeDefinition(description = "Smallest record that nginx sends itself, in bytes, from 0", min = "0")
    long accelMinBytes() default 65_536;

    @AttributeDefinition(
            description = "Directories below which requests may write a slash of a path as %2F, such as npm/; / is all")
    String[] encodedSlashPaths() default {};

    @AttributeDefinition(description = "Files in one form at most, from 1 to 10000", min = "1", max = "10000")
    int maxFormParts() default 1_000;

    @AttributeDefinition(
            description = "Largest event that is taken, in bytes, from 1024",
            min = "1024",
            max = "1073741824")
    int maxEventBytes() default 16 * 1024 * 1024;

    @AttributeDefinition(
            description = "Bytes of events that may be coming in at once, all together, from 1048576",
            min = "1048576")
    long maxIncomingEventBytes() default 64L * 1024 * 1024;

    @AttributeDefinition(description = "Parts that must be ready for the hub to be ready")
    String[] parts() default {"auth", "broker", "store", "watcher", "zeromq", "jetty"};
}
