package io.datahub.watcher;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The configuration of the watcher and of {@code incoming/}. */
@ObjectClassDefinition(name = "Datahub watcher")
public @interface WatcherConfiguration {

    @AttributeDefinition(
            description =
                    "The quiet period: how long a file must be unchanged before its change is processed, in milliseconds",
            min = "0")
    long quietMillis() default 500;

    @AttributeDefinition(
            description = "The maximum wait for the quiet period of a file that changes constantly, in milliseconds",
            min = "0")
    long maxQuietMillis() default 5_000;

    @AttributeDefinition(
            description =
                    "The quiet period of files in incoming: how long a file must be unchanged before it is imported, in"
                            + " milliseconds, from 0",
            min = "0")
    long incomingQuietMillis() default 2_000;

    @AttributeDefinition(
            description =
                    "The retention time of files that were imported from incoming, in hours, from 0; what a program"
                            + " writes to such a file becomes another version of the record",
            min = "0")
    long incomingKeepHours() default 24;

    @AttributeDefinition(
            description =
                    "The maximum total size of these files, in MiB, from 0; beyond it, or beyond a quarter of the free"
                            + " disk space, the oldest are deleted earlier",
            min = "0")
    long incomingKeepMiB() default 10_240;

    @AttributeDefinition(
            description =
                    "The delay after the start before changes made by other programs are published, in milliseconds, so"
                            + " that clients have reconnected after a restart",
            min = "0")
    long startMillis() default 2_000;

    @AttributeDefinition(
            description =
                    "The interval of full scans, which compare all files with the index, in minutes; 0 disables them",
            min = "0")
    long rescanMinutes() default 60;

    @AttributeDefinition(
            description = "The interval at which the hub checks that files/ is still the same directory, and, where the"
                    + " operating system can't notify of changes, runs a full scan; in milliseconds, from 100",
            min = "100")
    long pollMillis() default 5_000;

    @AttributeDefinition(
            description =
                    "Whether full scans run at this interval in any case: always, never, or auto, which is on network"
                            + " file systems, since they don't notify of changes by other machines",
            options = {
                @Option(label = "auto", value = "auto"),
                @Option(label = "always", value = "always"),
                @Option(label = "never", value = "never")
            })
    String poll() default "auto";

    @AttributeDefinition(
            description = "The number of paths that are compared, read and validated concurrently, from 1",
            min = "1")
    int checkThreads() default 16;
}
