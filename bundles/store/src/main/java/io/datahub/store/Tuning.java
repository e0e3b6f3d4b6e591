package io.datahub.store;

import io.datahub.store.metadata.LedgerSettings;
import io.datahub.store.settings.Limits;
import io.datahub.store.settings.Quota;
import io.datahub.store.settings.RetentionRule;
import io.datahub.store.settings.Settings;
import io.datahub.store.settings.TemporaryNames;
import java.time.Duration;

/**
 * The current configuration, by component.
 *
 * @param metadata settings of the metadata store
 * @param records settings of the records
 * @param temporary the names of temporary files
 * @param require the required validators, as configured, for the log
 */
record Tuning(LedgerSettings metadata, Settings records, TemporaryNames temporary, String require) {

    static Tuning of(StoreConfiguration configuration) {
        return new Tuning(
                new LedgerSettings(
                        configuration.source(),
                        Duration.ofDays(configuration.journalDays()),
                        configuration.maxJournalBytes(),
                        configuration.cacheMiB()),
                new Settings(
                        configuration.maxUploadBytes(),
                        configuration.reserveBytes(),
                        Duration.ofMillis(configuration.waitMillis()),
                        configuration.maxGoodBytes(),
                        configuration.maxGoodFileBytes(),
                        Duration.ofDays(configuration.rejectedDays()),
                        configuration.maxRejected(),
                        limits(configuration)),
                TemporaryNames.of(configuration.temporaryNames()),
                configuration.require());
    }

    private static Limits limits(StoreConfiguration configuration) {
        return new Limits(
                configuration.maxUploads(),
                configuration.maxUploadsPerUser(),
                configuration.minUploadBytesPerSecond(),
                Duration.ofHours(configuration.keepUploadsHours()),
                configuration.maxUnfinishedUploads(),
                Quota.parse(configuration.quotas()),
                RetentionRule.parse(configuration.keepDays()));
    }

    /** For the log. */
    @Override
    public String toString() {
        return "source=" + metadata.source() + " waitMillis="
                + records.validatorWait().toMillis() + " require=\"" + require
                + "\" maxUploadBytes=" + records.maxUploadBytes() + " reserveBytes=" + records.reserveBytes()
                + " journalDays=" + metadata.keepFor().toDays() + " maxJournalBytes=" + metadata.maxJournalBytes()
                + " maxGoodBytes=" + records.maxGoodBytes() + " maxGoodFileBytes=" + records.maxGoodFileBytes()
                + " rejectedDays=" + records.keepRejected().toDays() + " maxRejected=" + records.maxRejected()
                + " " + records.limits()
                + " cacheMiB=" + metadata.cacheMiB() + " temporaryNames=\"" + temporary + '"';
    }
}
