package io.datahub.records.settings;

import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordUrls;
import io.datahub.records.validation.RequiredValidator;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The settings of the store. {@link StoreConfiguration} has the configuration keys and their defaults. Immutable: a new
 * configuration replaces the settings as a whole.
 *
 * @param source the CloudEvents source of the store's events
 * @param urls the URLs of records
 * @param required validators without which a record isn't accepted
 * @param validatorWait how long a write waits for a required validator that is unavailable
 * @param trial validators on trial, which don't validate yet: {@code NAME/VERSION}, or {@code NAME} for any version
 * @param validationTime maximum duration of the validation of one record by all validators
 * @param maxValidations maximum number of concurrently running validators
 * @param maxUploadBytes maximum size of a record, in bytes
 * @param reserveBytes disk space that is kept free, in bytes
 * @param keepJournal retention period of journal entries
 * @param maxJournalBytes maximum total size of the journal entries, in bytes
 * @param cacheMiB maximum memory for the cache of the database file, in MiB
 * @param maxLastGoodBytes maximum total size of the copies of last good versions, in bytes
 * @param maxLastGoodFileBytes maximum size of a record of which a copy is kept, in bytes
 * @param keepRejected how long rejected files are kept
 * @param maxRejected maximum number of rejected files
 * @param maxUploads maximum number of concurrent uploads
 * @param maxUploadsPerUser maximum number of concurrent uploads of one user
 * @param minUploadBytesPerSecond minimum throughput of a client, in bytes per second; 0 for none
 * @param keepLastingDrafts how long a lasting draft is kept without new data
 * @param maxLastingDrafts maximum number of unfinished lasting drafts per user
 * @param quotas quotas per prefix and user
 * @param retentionRules how long records are kept
 * @param maxMovedRecords maximum number of records of a directory that is moved
 * @param temporaryNames names of other programs' unfinished files, which are no records until they are renamed
 */
public record StoreSettings(
        String source,
        RecordUrls urls,
        List<RequiredValidator> required,
        Duration validatorWait,
        Set<String> trial,
        Duration validationTime,
        int maxValidations,
        long maxUploadBytes,
        long reserveBytes,
        Duration keepJournal,
        long maxJournalBytes,
        int cacheMiB,
        long maxLastGoodBytes,
        long maxLastGoodFileBytes,
        Duration keepRejected,
        int maxRejected,
        int maxUploads,
        int maxUploadsPerUser,
        long minUploadBytesPerSecond,
        Duration keepLastingDrafts,
        int maxLastingDrafts,
        List<Quota> quotas,
        List<RetentionRule> retentionRules,
        int maxMovedRecords,
        TemporaryNames temporaryNames) {

    /**
     * Parses the configuration.
     *
     * @throws IllegalArgumentException if a value is malformed or out of range; the message names the key
     */
    public static StoreSettings of(StoreConfiguration configuration) {
        if (configuration.validationTimeoutMillis() < 1) {
            throw new IllegalArgumentException(
                    "validationTimeoutMillis is " + configuration.validationTimeoutMillis() + "; set it to 1 or more");
        }
        return new StoreSettings(
                configuration.source(),
                urls(configuration.publicUrl()),
                RequiredValidator.parse(configuration.require()),
                Duration.ofMillis(configuration.waitMillis()),
                trial(configuration.trialValidators()),
                Duration.ofMillis(configuration.validationTimeoutMillis()),
                configuration.maxConcurrentValidations(),
                configuration.maxUploadBytes(),
                configuration.reserveBytes(),
                Duration.ofDays(configuration.journalDays()),
                configuration.maxJournalBytes(),
                configuration.cacheMiB(),
                configuration.maxLastGoodBytes(),
                configuration.maxLastGoodFileBytes(),
                Duration.ofDays(configuration.rejectedDays()),
                configuration.maxRejected(),
                configuration.maxUploads(),
                configuration.maxUploadsPerUser(),
                configuration.minUploadBytesPerSecond(),
                Duration.ofHours(configuration.keepUploadsHours()),
                configuration.maxUnfinishedUploads(),
                Quota.parse(configuration.quotas()),
                RetentionRule.parse(configuration.keepDays()),
                configuration.maxMovedRecords(),
                TemporaryNames.of(configuration.temporaryNames()));
    }

    private static RecordUrls urls(String publicUrl) {
        try {
            return RecordUrls.of(publicUrl);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("publicUrl is invalid; set it to " + RecordUrls.ALLOWED, e);
        }
    }

    /** The users file is always validated, so its validator can't be on trial. */
    private static Set<String> trial(String[] names) {
        String users = RequiredValidator.USERS.name();
        return Arrays.stream(String.join(",", names).split(",", -1))
                .map(String::strip)
                .filter(name -> !name.equals(users) && !name.startsWith(users + "/"))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The configuration keys with their values, for the log. */
    @Override
    public String toString() {
        return "source=" + LogText.quoted(source)
                + " publicUrl=" + LogText.quoted(urls)
                + " require=" + quoted(required)
                + " waitMillis=" + validatorWait.toMillis()
                + " trialValidators=" + quoted(trial)
                + " validationTimeoutMillis=" + validationTime.toMillis()
                + " maxConcurrentValidations=" + maxValidations
                + " maxUploadBytes=" + maxUploadBytes
                + " reserveBytes=" + reserveBytes
                + " journalDays=" + keepJournal.toDays()
                + " maxJournalBytes=" + maxJournalBytes
                + " cacheMiB=" + cacheMiB
                + " maxLastGoodBytes=" + maxLastGoodBytes
                + " maxLastGoodFileBytes=" + maxLastGoodFileBytes
                + " rejectedDays=" + keepRejected.toDays()
                + " maxRejected=" + maxRejected
                + " maxUploads=" + maxUploads
                + " maxUploadsPerUser=" + maxUploadsPerUser
                + " minUploadBytesPerSecond=" + minUploadBytesPerSecond
                + " keepUploadsHours=" + keepLastingDrafts.toHours()
                + " maxUnfinishedUploads=" + maxLastingDrafts
                + " quotas=" + quoted(quotas)
                + " keepDays=" + quoted(retentionRules)
                + " maxMovedRecords=" + maxMovedRecords
                + " temporaryNames=" + LogText.quoted(temporaryNames);
    }

    private static String quoted(Collection<?> items) {
        return LogText.quoted(items.stream().map(Object::toString).collect(Collectors.joining(", ")));
    }
}
