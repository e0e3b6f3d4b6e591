package io.datahub.store.settings;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The store's configuration. Changes take effect immediately, except for the home, the cache and the number of
 * concurrent validators, which need a restart.
 */
@ObjectClassDefinition(
        name = "Datahub store",
        description = "Records, their judgement and the journal of their changes")
public @interface StoreConfiguration {

    String PID = "io.datahub.store";

    @AttributeDefinition(description = "Folder that holds everything that lasts; empty: ${karaf.base}/datahub")
    String home() default "";

    @AttributeDefinition(description = "Source that file events name: a URI reference (CloudEvents 1.0)")
    String source() default "/datahub";

    @AttributeDefinition(description = "Required validators: NAME: PATTERN, separated by commas or line ends")
    String require() default "";

    @AttributeDefinition(
            description = "How long a write waits for a required validator that is away, in milliseconds",
            min = "0",
            max = "600000")
    long waitMillis() default 10_000;

    @AttributeDefinition(
            description = "Validators that don't judge yet: NAME/VERSION, or NAME for any version, separated by commas",
            required = false)
    String[] trial() default {};

    @AttributeDefinition(
            description = "How long all validators together may take for one record, in milliseconds",
            min = "1")
    long judgeMillis() default 60_000;

    @AttributeDefinition(
            description = "How many validators may be at work at once; after a restart",
            min = "1",
            max = "1000")
    int judgementsAtOnce() default 64;

    @AttributeDefinition(description = "Largest record, in bytes", min = "0")
    long maxUploadBytes() default 1L << 40;

    @AttributeDefinition(description = "Room that stays free on the disk, in bytes", min = "0")
    long reserveBytes() default 256L << 20;

    @AttributeDefinition(description = "How long the journal's entries are kept, in days", min = "1", max = "36500")
    int journalDays() default 30;

    @AttributeDefinition(description = "Largest size of the journal's entries together, in bytes", min = "65536")
    long maxJournalBytes() default 1L << 30;

    @AttributeDefinition(
            description = "Copies of last good versions of judged records, all together, in bytes; 0 keeps only that of"
                    + " the users file",
            min = "0")
    long maxGoodBytes() default 1L << 30;

    @AttributeDefinition(description = "Largest record of which a last good copy is kept, in bytes", min = "0")
    long maxGoodFileBytes() default 64L << 20;

    @AttributeDefinition(description = "How long refused bytes are kept in state/rejected, in days", min = "0")
    int rejectedDays() default 7;

    @AttributeDefinition(description = "How many refused files are kept in state/rejected", min = "0")
    int maxRejected() default 100;

    @AttributeDefinition(
            description =
                    "How much may lie below a prefix or belong to a user: PREFIX: BYTES N files and @USER: BYTES N"
                            + " files, separated by commas or line ends; / is everything, @* everybody; units KiB to TiB")
    String quotas() default "";

    @AttributeDefinition(
            description =
                    "How long records are kept, in days: PREFIX: DAYS, separated by commas or line ends; of several"
                            + " prefixes the longest counts; / is everything")
    String keepDays() default "";

    @AttributeDefinition(description = "How many uploads come in at once", min = "1")
    int maxUploads() default 1_000;

    @AttributeDefinition(description = "How many uploads of one user come in at once", min = "1")
    int maxUploadsPerUser() default 200;

    @AttributeDefinition(
            description = "Slowest pace of an upload over 20 seconds of waiting for it, in bytes a second; 0 for any",
            min = "0")
    long minUploadBytesPerSecond() default 100;

    @AttributeDefinition(
            description = "How long a resumable upload waits for its next piece, in hours",
            min = "1",
            max = "8760")
    int keepUploadsHours() default 24;

    @AttributeDefinition(description = "How many resumable uploads one user may have begun", min = "0")
    int maxUnfinishedUploads() default 1_000;

    @AttributeDefinition(
            description =
                    "Names that programs give to files they haven't finished: * is any characters, ? one, XXXXXX six"
                            + " letters and digits that aren't all small letters, a / at the end a directory and all"
                            + " below it; put into files/ or incoming/ under such"
                            + " a name they are no records until renamed")
    String[] temporaryNames() default {
        ".*.XXXXXX", // rsync
        ".~tmp~/", // rsync --delay-updates
        ".rsync-partial/", // rsync --partial-dir
        ".goutputstream-XXXXXX", // GLib
        "*.part", // Firefox, KDE, yt-dlp
        "*.partial", // Internet Explorer, rclone
        "*.filepart", // WinSCP
        "*.crdownload", // Chromium
        "*.opdownload", // Opera
        "*.download", // Safari
        "*.aria2",
        "*.tmp",
        ".*.sw?", // Vim
        ".*.kate-swp",
        "*~", // backups of many editors
        ".#*", // locks and backups of Emacs and CVS
        "#*#", // Emacs
        ".~lock.*#", // LibreOffice
        "~$*", // Microsoft Office
        ".nfs*"
    };

    @AttributeDefinition(description = "Memory for the cache of index and journal, in MiB; after a restart", min = "1")
    int cacheMiB() default 16;
}
