package io.datahub.records.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import java.util.Map;
import java.util.Optional;

/** The metadata that transports store with lasting drafts. */
public final class DraftNotes {

    /** The longest text, in bytes of modified UTF-8. */
    private static final int MAX_NOTE_BYTES = 65_535;

    private DraftNotes() {}

    /** Refuses notes that are too long to be stored. */
    public static Optional<Refusal> refuse(Map<String, String> notes) {
        return notes.entrySet().stream()
                .filter(note -> bytes(note.getKey()) > MAX_NOTE_BYTES || bytes(note.getValue()) > MAX_NOTE_BYTES)
                .findAny()
                .map(note -> new Refusal(
                        Reason.BAD_REQUEST,
                        "the metadata of an upload has a text that is longer than " + MAX_NOTE_BYTES + " bytes"));
    }

    private static long bytes(String text) {
        return text.chars()
                .mapToLong(c -> c > 0x7ff ? 3 : c > 0x7f || c == 0 ? 2 : 1)
                .sum();
    }
}
