package io.datahub.http;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What can be set of the HTTP face. */
@ObjectClassDefinition(name = "Datahub over HTTP", description = "Files, events and health over HTTP.")
public @interface HttpConfiguration {

    @AttributeDefinition(
            description = "Media types that browsers may show under /files though they can execute them, such as"
                    + " application/pdf")
    String[] inlineTypes() default {};

    @AttributeDefinition(description = "Files in one form at most, from 1 to 10000")
    int maxFormParts() default 1_000;

    @AttributeDefinition(description = "Largest event that is taken, in bytes, from 1024")
    int maxEventBytes() default 16 * 1024 * 1024;

    @AttributeDefinition(description = "Bytes of events that may be coming in at once, all together, from 1048576")
    long maxIncomingEventBytes() default 64L * 1024 * 1024;

    @AttributeDefinition(description = "Parts that must be ready for the hub to be ready")
    String[] parts() default {"auth", "broker", "store", "watcher", "zeromq", "jetty"};
}
