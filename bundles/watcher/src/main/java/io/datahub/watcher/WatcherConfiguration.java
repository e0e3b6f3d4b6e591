package io.datahub.watcher;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The configuration of the watcher and of {@code incoming/}. */
@ObjectClassDefinition(name = "Datahub watcher")
public @interface WatcherConfiguration {

    @AttributeDefinition(
            description = "How long a file must have rested before its change counts, in milliseconds",
            min = "0")
    long quietMillis() default 500;

    @AttributeDefinition(
            description = "How long a change may wait for a file that never rests, in milliseconds",
            min = "0")
    long maxQuietMillis() default 5_000;

    @AttributeDefinition(
            description =
                    "How long a file in incoming must have rested before it is taken, in milliseconds, from 0; as long as"
                            + " somebody writes to it, it stays",
            min = "0")
    long incomingQuietMillis() default 2_000;

    @AttributeDefinition(
            description =
                    "How long a file that was taken out of incoming is kept, in hours, from 0; what a program still writes"
                            + " to it meanwhile becomes another version of the record",
            min = "0")
    long incomingKeepHours() default 24;

    @AttributeDefinition(
            description =
                    "How large these files may be together, in MiB, from 0: beyond that, or beyond a quarter of the room"
                            + " that is left on the disk, the oldest are let go earlier",
            min = "0")
    long incomingKeepMiB() default 10_240;

    @AttributeDefinition(
            description =
                    "How long after its start the hub begins to announce changes made by other hands, in milliseconds;"
                            + " clients that were cut off by a restart are back by then",
            min = "0")
    long startMillis() default 2_000;

    @AttributeDefinition(
            description = "How often everything is compared with the index, in minutes; 0 is never",
            min = "0")
    long rescanMinutes() default 60;

    @AttributeDefinition(
            description =
                    "How often the hub looks whether files/ is still the same directory, and, where the operating system"
                            + " can't notify, compares everything, in milliseconds; from 100",
            min = "100")
    long pollMillis() default 5_000;

    @AttributeDefinition(
            description =
                    "Whether everything is compared at these intervals in any case: always, never, or auto, which is where"
                            + " files/ is on a file system of the network, whose changes by others nobody tells of",
            options = {
                @Option(label = "auto", value = "auto"),
                @Option(label = "always", value = "always"),
                @Option(label = "never", value = "never")
            })
    String poll() default "auto";

    @AttributeDefinition(
            description = "Paths compared at the same time, also those that are read or judged for that, from 1",
            min = "1")
    int checkThreads() default 16;
}
