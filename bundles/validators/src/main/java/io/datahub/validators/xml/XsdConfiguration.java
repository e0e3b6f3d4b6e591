package io.datahub.validators.xml;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of an XML Schema validator. */
@ObjectClassDefinition(
        name = "Datahub validator: XML Schema",
        description = "Accepts records that are valid according to an XML Schema, which is a record itself")
public @interface XsdConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: xsd- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it validates, separated by commas: * matches any characters except /,"
                            + " ? one of them, ** any characters.")
    String[] paths();

    @AttributeDefinition(
            description =
                    "Path of the record that holds the schema, such as schemas/build.xsd. What it includes or imports"
                            + " is expected next to it.")
    String schema();

    @AttributeDefinition(
            description =
                    "Records for external addresses: ADDRESS PATH, separated by commas. If both end in /, they are"
                            + " prefixes.",
            required = false)
    String[] catalog() default {};

    @AttributeDefinition(description = "Maximum size of a record in bytes; a larger one is refused.", min = "1")
    long maxBytes() default 268_435_456;

    @AttributeDefinition(description = "Time limit of one validation in milliseconds.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted without validation while this validator is unavailable. Otherwise a"
                            + " configured validator is required.")
    boolean optional() default false;
}
