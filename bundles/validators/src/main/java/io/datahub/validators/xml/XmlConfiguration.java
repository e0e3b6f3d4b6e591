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
                    "Patterns of the paths that it validates, separated by commas: * matches any characters except /,"
                            + " ? one of them, ** any characters.")
    String[] paths();

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
