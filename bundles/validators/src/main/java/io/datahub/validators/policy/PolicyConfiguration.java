package io.datahub.validators.policy;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a validator for size, extension and media type. */
@ObjectClassDefinition(
        name = "Datahub validator: policy",
        description = "Accepts records by their size, their extension, and what their first bytes show them to be")
public @interface PolicyConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: policy- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it judges, separated by commas: * stands for any characters but /,"
                            + " ? for one of them, ** for any characters at all.")
    String[] paths();

    @AttributeDefinition(description = "Bytes that a record has at least.", min = "0")
    long minBytes() default 0;

    @AttributeDefinition(description = "Bytes that a record has at most.", min = "1")
    long maxBytes() default Long.MAX_VALUE;

    @AttributeDefinition(
            description =
                    "Extensions of which a name has one, such as tar.gz, zip; separated by commas, large and small"
                            + " letters alike. Empty: any name.",
            required = false)
    String[] extensions() default {};

    @AttributeDefinition(
            description = "Media types of which the content is one, such as image/*, application/zip; separated by"
                    + " commas. Empty: any.",
            required = false)
    String[] types() default {};

    @AttributeDefinition(
            description = "Media types of which the content is none, separated by commas.",
            required = false)
    String[] refusedTypes() default {};

    @AttributeDefinition(
            description = "Whether the content must be what the extension says, where the hub knows the extension.")
    boolean matchExtension() default false;

    @AttributeDefinition(description = "Milliseconds that one judgement may take.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted unjudged while this validator is away. A configured validator is"
                            + " required otherwise.")
    boolean optional() default false;
}
