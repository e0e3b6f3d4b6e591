package io.datahub.validators.json;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a JSON Schema validator. */
@ObjectClassDefinition(
        name = "Datahub validator: JSON Schema",
        description = "Accepts records that are valid according to a JSON Schema, which is a record itself")
public @interface JsonSchemaConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: jsonschema- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it validates, separated by commas: * matches any characters except /,"
                            + " ? one of them, ** any characters.")
    String[] paths();

    @AttributeDefinition(
            description = "Path of the record that holds the schema, such as schemas/build.json. What it refers to"
                    + " is expected next to it.")
    String schema();

    @AttributeDefinition(
            description =
                    "Records for external addresses: ADDRESS PATH, separated by commas. If both end in /, they are"
                            + " prefixes.",
            required = false)
    String[] catalog() default {};

    @AttributeDefinition(description = "The draft of schemas without $schema: 4, 6, 7, 2019-09 or 2020-12.")
    String draft() default "2020-12";

    @AttributeDefinition(
            description = "Whether format, such as date-time or uri, is validated; otherwise drafts from 2019-09 on"
                    + " treat it as an annotation.")
    boolean formats() default false;

    @AttributeDefinition(description = "Maximum size of a record in bytes; a larger one is refused.", min = "1")
    long maxBytes() default 8_388_608;

    @AttributeDefinition(description = "Time limit of one validation in milliseconds.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted without validation while this validator is unavailable. Otherwise a"
                            + " configured validator is required.")
    boolean optional() default false;
}
