package io.datahub.history.log;

import io.datahub.api.record.Cursor;
import io.datahub.history.segment.Epoch;
import io.datahub.history.segment.Position;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Gives kept events their positions: the file event that each follows, and a number of its own. Guarded by the lock of the
 * history, but for {@link #epoch}, and for {@link #reserve} and {@link #close}, which are for one thread at a time.
 */
final class Positions implements Closeable {

    private final Path file;
    private final Numbers numbers;
    private volatile Epoch epoch;
    private long sequence;

    /**
     * @param folder of the history
     * @param known the greatest number that any event has
     * @param journalHead the last file event
     * @throws IOException if the disk fails
     */
    Positions(Path folder, long known, Cursor journalHead) throws IOException {
        file = folder.resolve("epoch");
        numbers = Numbers.open(folder.resolve("numbers"), known);
        epoch = Epoch.read(file);
        begin(journalHead);
    }

    /** Takes the end of the journal as the present position, in a new lifetime if that is another journal. */
    private void begin(Cursor journalHead) throws IOException {
        if (!epoch.name().equals(journalHead.epoch())) {
            Epoch next = new Epoch(journalHead.epoch(), journalHead.sequence());
            next.write(file);
            epoch = next;
        }
        sequence = journalHead.sequence();
    }

    /** The lifetime of the history that new events belong to. */
    Epoch epoch() {
        return epoch;
    }

    /** Whether there is a number to give. */
    boolean isAvailable() {
        return numbers.isAvailable();
    }

    /** Whether few numbers are left until more are reserved. */
    boolean isScarce() {
        return numbers.isScarce();
    }

    Position next() {
        return new Position(sequence, numbers.next());
    }

    /** The number that was given last. */
    long lastNumber() {
        return numbers.last();
    }

    Cursor cursor(Position position) {
        return new Cursor(epoch.name(), position.sequence(), position.number());
    }

    /** The present end of everything. */
    Head end() {
        return new Head(new Cursor(epoch.name(), sequence, numbers.last()), numbers.last());
    }

    /**
     * Has all later events follow a file event.
     *
     * @return false if later ones have been followed already: a killed process left it unannounced, and it comes late
     * @throws IOException if a new lifetime begins and the disk fails
     */
    boolean follow(Cursor cursor) throws IOException {
        if (!cursor.epoch().equals(epoch.name())) {
            begin(new Cursor(cursor.epoch(), cursor.sequence() - 1));
        }
        if (cursor.sequence() <= sequence) {
            return false;
        }
        sequence = cursor.sequence();
        return true;
    }

    /** Reserves more numbers, if few are left. */
    void reserve() throws IOException {
        numbers.reserve();
    }

    @Override
    public void close() throws IOException {
        numbers.close();
    }
}
