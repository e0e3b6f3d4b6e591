package io.datahub.http;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the HTTP endpoints. */
@ObjectClassDefinition(name = "Datahub HTTP endpoints", description = "Files, events and health over HTTP.")
public @interface HttpConfiguration {

    @AttributeDefinition(
            description = "Media types under /files that browsers may display even though they can contain"
                    + " scripts, such as application/pdf")
    String[] inlineTypes() default {};

    @AttributeDefinition(
            description = "Size of the cache of small records, in bytes, from 0 to 1073741824",
            min = "0",
            max = "1073741824")
    long cacheBytes() default 16L << 20;

    @AttributeDefinition(
            description = "URL path at which nginx serves DATAHUB_HOME/cache/served, such as /served/, so that"
                    + " nginx sends records itself (X-Accel-Redirect); empty to disable")
    String accelLocation() default "";

    @AttributeDefinition(description = "Minimum size of a record that nginx sends itself, in bytes, from 0", min = "0")
    long accelMinBytes() default 65_536;

    @AttributeDefinition(
            description = "Directories in which requests may encode the slashes of a path as %2F, such as npm/;"
                    + " / allows it everywhere")
    String[] encodedSlashPaths() default {};

    @AttributeDefinition(description = "Maximum number of files in one form, from 1 to 10000", min = "1", max = "10000")
    int maxFormParts() default 1_000;

    @AttributeDefinition(
            description = "Maximum size of an event, in bytes, from 1024",
            min = "1024",
            max = "1073741824")
    int maxEventBytes() default 16 * 1024 * 1024;

    @AttributeDefinition(
            description = "Maximum total size of the events being received at a time, in bytes, from 1048576",
            min = "1048576")
    long maxIncomingEventBytes() default 64L * 1024 * 1024;

    @AttributeDefinition(description = "Components that must be ready for the hub to be ready")
    String[] requiredComponents() default {"auth", "broker", "store", "watcher", "zeromq", "jetty"};
}
