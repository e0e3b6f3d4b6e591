package io.datahub.validators.cloudevents;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a CloudEvents validator for records and events. */
@ObjectClassDefinition(
        name = "Datahub validator: CloudEvents",
        description = "Accepts records, and events of some topics, that are CloudEvents 1.0 in structured JSON")
public @interface CloudEventsConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: cloudevents- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it validates, separated by commas: * matches any characters except /,"
                            + " ? one of them, ** any characters. Empty: no records.",
            required = false)
    String[] paths() default {};

    @AttributeDefinition(
            description = "Prefixes of the topics whose events it validates, separated by commas, such as build. or"
                    + " build.*; * alone matches all topics. Empty: no events.",
            required = false)
    String[] topics() default {};

    @AttributeDefinition(
            description = "Event types that are accepted, separated by commas: * matches any characters. Empty: any.",
            required = false)
    String[] types() default {};

    @AttributeDefinition(
            description = "JSON Schemas of the data: TYPE PATH, separated by commas. In TYPE * matches any characters;"
                    + " in PATH, the path of a record, {type} is replaced by the event's type.",
            required = false)
    String[] dataSchemas() default {};

    @AttributeDefinition(
            description = "Records for external addresses in those schemas: ADDRESS PATH, separated by commas. If both "
                    + "end in /,"
                    + " they are prefixes.",
            required = false)
    String[] catalog() default {};

    @AttributeDefinition(description = "The draft of schemas without $schema: 4, 6, 7, 2019-09 or 2020-12.")
    String draft() default "2020-12";

    @AttributeDefinition(
            description = "Whether format, such as date-time or uri, is validated; otherwise drafts from 2019-09 on"
                    + " treat it as an annotation.")
    boolean formats() default false;

    @AttributeDefinition(
            description = "Maximum size of a record or an event in bytes; a larger one is refused.",
            min = "1")
    long maxBytes() default 1_048_576;

    @AttributeDefinition(description = "Time limit of one validation of a record in milliseconds.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted without validation while this validator is unavailable. Otherwise a"
                            + " configured validator is required.")
    boolean optional() default false;
}
