package io.datahub.validators.command;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a validator that runs an external program. */
@ObjectClassDefinition(
        name = "Datahub validator: command",
        description = "Accepts records that an external program accepts, which runs in a process of its own")
public @interface CommandConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: command- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it validates, separated by commas: * matches any characters except /,"
                            + " ? one of them, ** any characters.")
    String[] paths();

    @AttributeDefinition(
            description = "The program, by its absolute path, and its arguments, separated by blanks; an argument with"
                    + " blanks is put in double quotes. {file}, {path}, {user}, {size} and {sha256} are replaced.")
    String command();

    @AttributeDefinition(
            description = "Exit statuses that refuse the record, separated by commas; 0 accepts, others are failures.")
    String[] refusals() default {"1"};

    @AttributeDefinition(
            description = "Further environment variables: NAME=VALUE, separated by commas.",
            required = false)
    String[] environment() default {};

    @AttributeDefinition(
            description =
                    "Maximum number of bytes that it may write to its output and error output; then it is killed.",
            min = "1")
    long maxOutputBytes() default 65_536;

    @AttributeDefinition(description = "Number of programs that may run at once; others wait.", min = "1", max = "1000")
    int atOnce() default 4;

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
