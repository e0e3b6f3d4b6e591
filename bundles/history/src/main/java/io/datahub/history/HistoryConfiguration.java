package io.datahub.history;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of kept topics. All changes take effect immediately. */
@ObjectClassDefinition(name = "Datahub history", description = "Topics whose events are kept")
public @interface HistoryConfiguration {

    String PID = "io.datahub.history";

    @AttributeDefinition(
            description =
                    "Topics whose events are kept: PREFIX: AGE, SIZE, separated by semicolons, such as build.: 7d, 1 GiB")
    String keep() default "";

    @AttributeDefinition(
            description =
                    "Topics whose newest event is sent to new subscribers: PREFIX: COUNT topics, SIZE, where the size can be"
                            + " omitted, separated by semicolons, such as status.: 100000 topics")
    String last() default "";

    @AttributeDefinition(
            description =
                    "Kept topics whose CloudEvents are recognized by topic, id and source when they are published again: PREFIX:"
                            + " TIME, separated by semicolons, such as build.: 10m")
    String deduplicate() default "";

    @AttributeDefinition(
            description =
                    "When kept events are flushed to disk: always before the publisher is answered, or at the latest so"
                            + " many milliseconds after it, from 1 to 60000")
    String flush() default "100";

    @AttributeDefinition(description = "Disk space that is kept free, in bytes", min = "0")
    long reserveBytes() default 256L << 20;
}
