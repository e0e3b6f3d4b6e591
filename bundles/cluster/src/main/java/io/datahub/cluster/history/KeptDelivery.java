package io.datahub.cluster.history;

import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.event.EventLog.Completion;
import io.datahub.api.event.EventRun;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Cursor;
import io.datahub.cluster.journal.EntryChanges;
import io.datahub.cluster.journal.JournalTail;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Delivers kept events at this hub: its own ones, whose publishers wait for it, and those of others. */
public final class KeptDelivery implements JournalTail.KeptEvents {

    private static final Logger LOG = LoggerFactory.getLogger(KeptDelivery.class);
    private static final Set<String> ALL_TOPICS = Set.of("");
    private static final int PAGE = 1_000;
    private static final int PAGE_BYTES = 16 << 20;

    private final LedgerEvents events;
    private final EventContents contents;
    private final SentEvents sent;
    private final SharedLastEvents last;
    private final EntryChanges changes;
    private final Consumer<EventRun> injector;

    /** @param injector delivers events of other hubs to subscribers here */
    public KeptDelivery(
            LedgerEvents events,
            EventContents contents,
            SentEvents sent,
            SharedLastEvents last,
            EntryChanges changes,
            Consumer<EventRun> injector) {
        this.events = events;
        this.contents = contents;
        this.sent = sent;
        this.last = last;
        this.changes = changes;
        this.injector = injector;
    }

    @Override
    public LedgerEvents.Page read(long after, long upTo) throws IOException {
        return events.read(after, upTo, ALL_TOPICS, PAGE, PAGE_BYTES);
    }

    @Override
    public void deliver(LedgerEvent event) throws IOException {
        Cursor cursor = changes.cursor(event.number());
        sent.completeRepeated(event.number() - 1);
        sent.completeBefore(event.origin());
        Optional<Completion> own = sent.remove(event.origin());
        try {
            boolean isPositioned = event.rule().isPresent();
            if (own.isEmpty()) {
                EventRun run = contents.read(event);
                last.deliver(event, () -> injector.accept(isPositioned ? run.at(cursor) : run));
            } else {
                last.deliver(event, () -> complete(own.get(), isPositioned ? Optional.of(cursor) : Optional.empty()));
            }
        } catch (RuntimeException e) { // the others go on
            LOG.error("event=cluster.kept.failed number={}", event.number(), e);
        } catch (NoSuchFileException e) {
            LOG.warn(
                    "event=cluster.kept.trimmed number={} topic={} consequence=\"the event was deleted before this hub"
                            + " delivered it\"",
                    event.number(),
                    LogText.quoted(event.topic()));
        }
    }

    private static void complete(Completion completion, Optional<Cursor> cursor) {
        if (cursor.isPresent()) {
            completion.appended(cursor.get());
        } else {
            completion.appended();
        }
    }

    @Override
    public void delivered(long number) {
        sent.completeRepeated(number);
    }
}
