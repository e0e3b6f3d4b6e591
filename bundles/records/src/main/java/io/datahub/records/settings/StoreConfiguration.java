package io.datahub.records.settings;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The store's configuration. Changes take effect immediately, except for the home, the cache and the number of
 * concurrent validators, which need a restart.
 */
@ObjectClassDefinition(
        name = "Datahub store",
        description = "Records, their validation, and the journal of their changes")
public @interface StoreConfiguration {

    String PID = "io.datahub.store";

    @AttributeDefinition(description = "Directory with all data of the hub; empty: ${karaf.base}/datahub")
    String home() default "";

    @AttributeDefinition(description = "CloudEvents source of the store's events: a URI reference")
    String source() default "/datahub";

    @AttributeDefinition(
            description =
                    "URL at which clients reach the hub, such as https://hub.example, for the url of file events and"
                            + " of answers to writes; empty: they begin with /files/")
    String publicUrl() default "";

    @AttributeDefinition(description = "Required validators: NAME: PATTERN, separated by commas or line breaks")
    String require() default "";

    @AttributeDefinition(
            description = "How long a write waits for a required validator that is unavailable, in milliseconds",
            min = "0",
            max = "600000")
    long waitMillis() default 10_000;

    @AttributeDefinition(
            description =
                    "Validators on trial, which don't validate yet: NAME/VERSION, or NAME for any version, separated by"
                            + " commas",
            required = false)
    String[] trialValidators() default {};

    @AttributeDefinition(
            description = "Maximum duration of the validation of one record by all validators, in milliseconds",
            min = "1")
    long validationTimeoutMillis() default 60_000;

    @AttributeDefinition(
            description = "Maximum number of concurrently running validators; changes need a restart",
            min = "1",
            max = "1000")
    int maxConcurrentValidations() default 64;

    @AttributeDefinition(description = "Maximum size of a record, in bytes", min = "0")
    long maxUploadBytes() default 1L << 40;

    @AttributeDefinition(description = "Disk space that is kept free, in bytes", min = "0")
    long reserveBytes() default 256L << 20;

    @AttributeDefinition(description = "Retention period of journal entries, in days", min = "1", max = "36500")
    int journalDays() default 30;

    @AttributeDefinition(description = "Maximum total size of the journal entries, in bytes", min = "65536")
    long maxJournalBytes() default 1L << 30;

    @AttributeDefinition(
            description = "Maximum total size of the copies of last good versions of validated records, in bytes; 0 "
                    + "keeps only"
                    + " that of the users file",
            min = "0")
    long maxLastGoodBytes() default 1L << 30;

    @AttributeDefinition(
            description = "Maximum size of a record of which a last good copy is kept, in bytes",
            min = "0")
    long maxLastGoodFileBytes() default 64L << 20;

    @AttributeDefinition(description = "How long rejected files are kept in state/rejected, in days", min = "0")
    int rejectedDays() default 7;

    @AttributeDefinition(description = "Maximum number of rejected files in state/rejected", min = "0")
    int maxRejected() default 100;

    @AttributeDefinition(
            description =
                    "Quotas per prefix and user: PREFIX: BYTES N files and @USER: BYTES N files, separated by commas"
                            + " or line breaks; / is all records, @* each user; units KiB to TiB")
    String quotas() default "";

    @AttributeDefinition(
            description = "How long records are kept, in days: PREFIX: DAYS, separated by commas or line breaks; the"
                    + " longest matching prefix applies; / is all records")
    String keepDays() default "";

    @AttributeDefinition(description = "Maximum number of concurrent uploads", min = "1")
    int maxUploads() default 1_000;

    @AttributeDefinition(description = "Maximum number of concurrent uploads of one user", min = "1")
    int maxUploadsPerUser() default 200;

    @AttributeDefinition(
            description = "Minimum throughput of an upload over 20 seconds of waiting for it, in bytes per second; 0 "
                    + "for none",
            min = "0")
    long minUploadBytesPerSecond() default 100;

    @AttributeDefinition(
            description = "How long a resumable upload is kept without new data, in hours",
            min = "1",
            max = "8760")
    int keepUploadsHours() default 24;

    @AttributeDefinition(description = "Maximum number of unfinished resumable uploads of one user", min = "0")
    int maxUnfinishedUploads() default 1_000;

    @AttributeDefinition(
            description =
                    "Maximum number of records of a directory that is moved; no other write is committed meanwhile",
            min = "0",
            max = "100000")
    int maxMovedRecords() default 10_000;

    @AttributeDefinition(
            description =
                    "Names of other programs' unfinished files: * is any characters, ? one, XXXXXX six letters and"
                            + " digits that aren't all lower-case letters; a trailing / stands for a directory and all"
                            + " below it. A file in files/ or incoming/ with such a name is no record until renamed")
    String[] temporaryNames() default {
        ".*.XXXXXX", // rsync
        ".~tmp~/", // rsync --delay-updates
        ".rsync-partial/", // rsync --partial-dir
        ".goutputstream-XXXXXX", // GLib
        "*.part", // Firefox, KDE, yt-dlp
        "*.partial", // Internet Explorer, rclone
        "*.filepart", // WinSCP
        ".in.*", // lftp
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

    @AttributeDefinition(
            description = "Memory for the cache of index and journal, in MiB; changes need a restart",
            min = "1")
    int cacheMiB() default 16;
}
