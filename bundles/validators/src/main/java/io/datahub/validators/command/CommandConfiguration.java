package io.datahub.validators.command;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of a validator that runs an external program. */
@ObjectClassDefinition(
        name = "Datahub validator: command",
        description = "Accepts records that a program of the operator accepts, which runs in a process of its own")
public @interface CommandConfiguration {

    @AttributeDefinition(
            description = "Its name. Default: command- and the last part of the configuration's name.",
            required = false)
    String name();

    @AttributeDefinition(
            description =
                    "Patterns of the paths that it judges, separated by commas: * stands for any characters but /,"
                            + " ? for one of them, ** for any characters at all.")
    String[] paths();

    @AttributeDefinition(
            description =
                    "The program, by its absolute path, and its arguments, separated by blanks; one with blanks in it"
                            + " stands in double quotes. {file}, {path}, {user}, {size} and {sha256} are put in.")
    String command();

    @AttributeDefinition(
            description = "Exit statuses by which it refuses, separated by commas; 0 accepts, others fail.")
    String[] refusals() default {"1"};

    @AttributeDefinition(
            description = "Further variables of its environment: NAME=VALUE, separated by commas.",
            required = false)
    String[] environment() default {};

    @AttributeDefinition(
            description = "Bytes that it may write, to its output and its errors together; then it is ended.",
            min = "1")
    long maxOutputBytes() default 65_536;

    @AttributeDefinition(description = "How many may run at once; others wait.", min = "1", max = "1000")
    int atOnce() default 4;

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
