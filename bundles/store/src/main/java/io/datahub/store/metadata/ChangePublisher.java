package io.datahub.store.metadata;

import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces changes in order, each once. What a killed hub had written down and not announced comes first, as soon as it is
 * due or something else is announced. For the ledger's thread.
 */
final class ChangePublisher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final Consumer<Change> herald;
    private final AnnouncedWatermark announced;
    private final String epoch;
    private long from;
    private final long until;
    private volatile boolean due;

    /** @param announced remembers how far it got */
    ChangePublisher(AnnouncedWatermark announced, MetadataDatabase books, Consumer<Change> herald) throws IOException {
        this.herald = herald;
        this.announced = announced;
        epoch = books.epoch;
        until = books.sequence;
        from = announced.last(books.epoch).orElse(until);
        if (from < until) {
            LOG.info("event=announcements-pending from={} until={}", from, until);
        }
    }

    /** Says that clients are back by now; for any thread. */
    void due() {
        due = true;
    }

    /** Announces what the hub before this one didn't get to, if it is due. */
    void makeUp(MetadataDatabase books) {
        if (from < until && due) {
            makeUpNow(books);
        }
    }

    private void makeUpNow(MetadataDatabase books) {
        if (!books.epoch.equals(epoch)) {
            from = until; // the journal has begun anew since
        }
        while (from < until) {
            byte[] bytes = books.journal.get(++from);
            if (bytes != null) {
                Cursor cursor = new Cursor(books.epoch, from);
                tell(ChangeEventReader.read(new String(bytes, StandardCharsets.UTF_8), cursor));
            }
        }
    }

    /** Announces changes that last. */
    void announce(MetadataDatabase books, List<Change> news, JournalHead head) {
        if (!news.isEmpty()) {
            makeUpNow(books);
        }
        for (Change change : news) {
            head.move(books.epoch, change.cursor().sequence());
            tell(change);
        }
    }

    private void tell(Change change) {
        try {
            herald.accept(change);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("event=announcement-failed topic=\"{}\" sequence={}", change.topic(), change.cursor(), e);
        }
        announced.move(change.cursor().epoch(), change.cursor().sequence());
    }

    @Override
    public void close() {
        announced.close();
    }
}
