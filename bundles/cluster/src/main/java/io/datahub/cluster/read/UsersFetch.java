package io.datahub.cluster.read;

import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.cluster.journal.JournalTail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * Fetches the users before it is announced that they have changed. A hub that can't doesn't know who has lost access, so its
 * view has to count as old.
 */
public record UsersFetch(Lookups lookups, RecordBytes bytes) implements JournalTail.Preparation {

    @Override
    public void prepare(LedgerEntry entry) throws IOException {
        if (!entry.version().path().equals(RecordPath.USERS)) {
            return;
        }
        Optional<LedgerRecord> users = lookups.find(RecordPath.USERS).record();
        if (users.isPresent()) {
            fetch(users.get());
        }
    }

    private void fetch(LedgerRecord users) throws IOException {
        try (Reading reading = bytes.open(users)) {
            reading.read(ByteBuffer.allocate(1), 0);
        } catch (NoSuchFileException e) {
            return; // it won't come back; whoever loads the users says what follows
        }
    }
}
