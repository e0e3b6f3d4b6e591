package io.datahub.validators.xml;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of an XML Schema validator. */
@ObjectClassDefinition(
        name = "Datahub validator: XML Schema",
        description = "Accepts records that are valid by an XML Schema, which is a record itself")
public @interface XsdConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: xsd- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it judges, separated by commas: * stands for any characters but /,"
                            + " ? for one of them, ** for any characters at all.")
    String[] paths();

    @AttributeDefinition(
            description =
                    "Path of the record that holds the schema, such as schemas/build.xsd. What it includes or imports"
                            + " is looked for next to it.")
    String schema();

    @AttributeDefinition(
            description =
                    "Which records stand for addresses elsewhere: ADDRESS PATH, separated by commas. Where both end in /,"
                            + " for all that begin so.",
            required = false)
    String[] catalog() default {};

    @AttributeDefinition(description = "Bytes that a record has at most; a bigger one is refused.", min = "1")
    long maxBytes() default 268_435_456;

    @AttributeDefinition(description = "Milliseconds that one judgement may take.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted unjudged while this validator is away. A configured validator is"
                            + " required otherwise.")
    boolean optional() default false;
}
