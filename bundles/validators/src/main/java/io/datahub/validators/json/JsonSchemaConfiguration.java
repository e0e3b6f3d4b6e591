package io.datahub.validators.json;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a JSON Schema validator. */
@ObjectClassDefinition(
        name = "Datahub validator: JSON Schema",
        description = "Accepts records that are valid by a JSON Schema, which is a record itself")
public @interface JsonSchemaConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: jsonschema- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it judges, separated by commas: * stands for any characters but /,"
                            + " ? for one of them, ** for any characters at all.")
    String[] paths();

    @AttributeDefinition(
            description = "Path of the record that holds the schema, such as schemas/build.json. What it refers to"
                    + " is looked for next to it.")
    String schema();

    @AttributeDefinition(
            description =
                    "Which records stand for addresses elsewhere: ADDRESS PATH, separated by commas. Where both end in /,"
                            + " for all that begin so.",
            required = false)
    String[] catalog() default {};

    @AttributeDefinition(description = "The draft of a schema without $schema: 4, 6, 7, 2019-09 or 2020-12.")
    String draft() default "2020-12";

    @AttributeDefinition(
            description = "Whether format, such as date-time or uri, is checked; drafts from 2019-09 on take it as a"
                    + " remark otherwise.")
    boolean formats() default false;

    @AttributeDefinition(description = "Bytes that a record has at most; a bigger one is refused.", min = "1")
    long maxBytes() default 8_388_608;

    @AttributeDefinition(description = "Milliseconds that one judgement may take.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted unjudged while this validator is away. A configured validator is"
                            + " required otherwise.")
    boolean optional() default false;
}
