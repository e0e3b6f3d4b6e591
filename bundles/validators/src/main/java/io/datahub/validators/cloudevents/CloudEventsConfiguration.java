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
                    "Patterns of the paths that it judges, separated by commas: * stands for any characters but /,"
                            + " ? for one of them, ** for any characters at all. Empty: no records.",
            required = false)
    String[] paths() default {};

    @AttributeDefinition(
            description = "Beginnings of the topics whose events it judges, separated by commas, such as build. or"
                    + " build.*; * alone is all topics. Empty: no events.",
            required = false)
    String[] topics() default {};

    @AttributeDefinition(
            description =
                    "The types that an event may have, separated by commas: * stands for any characters. Empty: any.",
            required = false)
    String[] types() default {};

    @AttributeDefinition(
            description =
                    "JSON Schemas of the data: TYPE PATH, separated by commas. In TYPE * stands for any characters;"
                            + " in PATH, which names a record, {type} stands for the event's type.",
            required = false)
    String[] dataSchemas() default {};

    @AttributeDefinition(
            description =
                    "Which records stand for addresses elsewhere in those schemas: ADDRESS PATH, separated by commas. Where"
                            + " both end in /, for all that begin so.",
            required = false)
    String[] catalog() default {};

    @AttributeDefinition(description = "The draft of a schema without $schema: 4, 6, 7, 2019-09 or 2020-12.")
    String draft() default "2020-12";

    @AttributeDefinition(
            description = "Whether format, such as date-time or uri, is checked; drafts from 2019-09 on take it as a"
                    + " remark otherwise.")
    boolean formats() default false;

    @AttributeDefinition(description = "Bytes that a record or an event has at most.", min = "1")
    long maxBytes() default 1_048_576;

    @AttributeDefinition(description = "Milliseconds that one judgement of a record may take.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted unjudged while this validator is away. A configured validator is"
                            + " required otherwise.")
    boolean optional() default false;
}
