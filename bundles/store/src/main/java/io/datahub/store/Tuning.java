package io.datahub.store;

import io.datahub.store.metadata.LedgerSettings;
import io.datahub.store.record.Limits;
import io.datahub.store.record.Quota;
import io.datahub.store.record.RetentionRule;
import io.datahub.store.record.Settings;
import io.datahub.store.record.TemporaryNames;
import java.time.Duration;

/** The configuration in effect, as the parts want it. */
record Tuning(LedgerSettings ledger, Settings records, TemporaryNames temporary, String require) {

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
        return "source=" + ledger.source() + " waitMillis=" + records.patience().toMillis() + " require=\"" + require
                + "\" maxUploadBytes=" + records.maxUploadBytes() + " reserveBytes=" + records.reserveBytes()
                + " journalDays=" + ledger.keepFor().toDays() + " maxJournalBytes=" + ledger.maxJournalBytes()
                + " maxGoodBytes=" + records.maxGoodBytes() + " maxGoodFileBytes=" + records.maxGoodFileBytes()
                + " rejectedDays=" + records.keepRejected().toDays() + " maxRejected=" + records.maxRejected()
                + " " + records.limits()
                + " cacheMiB=" + ledger.cacheMiB() + " temporaryNames=\"" + temporary + '"';
    }
}
