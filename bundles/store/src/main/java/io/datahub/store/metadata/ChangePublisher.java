package io.datahub.store.metadata;

import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Cursor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes changes in order, each once. Changes that a previous process journaled but didn't announce are published
 * first, as soon as that is due or another change is published. For the group commit's thread only.
 */
final class ChangePublisher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChangePublisher.class);

    private final ChangeListener listener;
    private final AnnouncedWatermark watermark;
    private final Supplier<RecordUrls> urls;
    private final String epoch;
    private long pendingFrom;
    private final long pendingUntil;
    private volatile boolean catchUpDue;

    /** @param watermark stores the sequence number up to which changes were announced */
    ChangePublisher(
            AnnouncedWatermark watermark, MetadataDatabase database, Supplier<RecordUrls> urls, ChangeListener listener)
            throws IOException {
        this.urls = urls;
        this.listener = listener;
        this.watermark = watermark;
        epoch = database.epoch;
        pendingUntil = database.sequence;
        pendingFrom = watermark.announcedUpTo(database.epoch).orElse(pendingUntil);
        if (pendingFrom < pendingUntil) {
            LOG.info("event=store.announcements.pending from={} until={}", pendingFrom, pendingUntil);
        }
    }

    /** Allows the pending changes to be published, since clients have had time to reconnect. Thread-safe. */
    void catchUpDue() {
        catchUpDue = true;
    }

    /** Publishes what the previous process left unannounced, if that is due. */
    void publishPending(MetadataDatabase database) {
        if (pendingFrom < pendingUntil && catchUpDue) {
            publishPendingNow(database);
        }
    }

    private void publishPendingNow(MetadataDatabase database) {
        if (!database.epoch.equals(epoch)) {
            pendingFrom = pendingUntil; // the journal was restarted under a new epoch
        }
        while (pendingFrom < pendingUntil) {
            byte[] bytes = database.journal.get(++pendingFrom);
            if (bytes != null) {
                Cursor cursor = new Cursor(database.epoch, pendingFrom);
                publish(ChangeEventReader.read(bytes, cursor, urls.get()));
            }
        }
    }

    /** Publishes changes that are durable; completed when the listener has finished with all of them. */
    CompletionStage<Void> publishAll(MetadataDatabase database, List<Change> changes, JournalHead head) {
        if (!changes.isEmpty()) {
            publishPendingNow(database);
        }
        CompletionStage<Void> all = ChangeListener.DONE;
        for (Change change : changes) {
            head.set(database.epoch, change.cursor().sequence());
            CompletionStage<Void> one = publish(change);
            all = one == ChangeListener.DONE ? all : all.thenCombine(one, (done, alsoDone) -> null);
        }
        return all;
    }

    private CompletionStage<Void> publish(Change change) {
        CompletionStage<Void> finished = ChangeListener.DONE;
        try {
            finished = listener.changed(change);
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "event=store.announcement.failed topic={} cursor={}",
                    LogText.quoted(change.topic()),
                    change.cursor(),
                    e);
        }
        watermark.update(change.cursor().epoch(), change.cursor().sequence());
        return finished;
    }

    @Override
    public void close() {
        watermark.close();
    }
}
