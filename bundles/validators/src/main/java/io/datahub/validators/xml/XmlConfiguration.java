package io.datahub.validators.xml;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a validator for well-formed XML. */
@ObjectClassDefinition(
        name = "Datahub validator: well-formed XML",
        description = "Accepts records that are well-formed XML with namespaces and without a DOCTYPE")
public @interface XmlConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: xml- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it judges, separated by commas: * stands for any characters but /,"
                            + " ? for one of them, ** for any characters at all.")
    String[] paths();

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
