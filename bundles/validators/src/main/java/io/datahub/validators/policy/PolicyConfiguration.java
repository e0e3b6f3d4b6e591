package io.datahub.validators.policy;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a validator for size, extension and media type. */
@ObjectClassDefinition(
        name = "Datahub validator: policy",
        description = "Accepts records by size, extension, and media type, as detected from the first bytes")
public @interface PolicyConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: policy- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it validates, separated by commas: * matches any characters except /,"
                            + " ? one of them, ** any characters.")
    String[] paths();

    @AttributeDefinition(description = "Minimum size of a record in bytes.", min = "0")
    long minBytes() default 0;

    @AttributeDefinition(description = "Maximum size of a record in bytes.", min = "1")
    long maxBytes() default Long.MAX_VALUE;

    @AttributeDefinition(
            description =
                    "Extensions that are accepted, such as tar.gz, zip; separated by commas, in upper or lower case."
                            + " Empty: any name.",
            required = false)
    String[] extensions() default {};

    @AttributeDefinition(
            description = "Media types that are accepted, such as image/*, application/zip; separated by commas."
                    + " Empty: any.",
            required = false)
    String[] types() default {};

    @AttributeDefinition(description = "Media types that are refused, separated by commas.", required = false)
    String[] refusedTypes() default {};

    @AttributeDefinition(description = "Whether the content must match the extension, if the hub knows the extension.")
    boolean matchExtension() default false;

    @AttributeDefinition(description = "Time limit of one validation in milliseconds.", min = "1")
    long timeoutMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Whether records are accepted without validation while this validator is unavailable. Otherwise a"
                            + " configured validator is required.")
    boolean optional() default false;
}
