package io.datahub.api.record;

import io.datahub.api.validation.JudgedBy;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * An entry of the journal: what happened to a record.
 *
 * @param type what happened
 * @param cursor the entry's place in the journal
 * @param time when it was entered
 * @param version the version that came to be; for a deletion the one that went, for a rejection the one refused
 * @param user who did it, where known
 * @param validators who judged the version
 * @param json the entry as CloudEvents 1.0 structured JSON, in one line: the payload of its event
 */
public record Change(
        Type type,
        Cursor cursor,
        Instant time,
        RecordVersion version,
        Optional<String> user,
        List<JudgedBy> validators,
        String json) {

    public Change {
        Objects.requireNonNull(type);
        Objects.requireNonNull(json);
        validators = List.copyOf(validators);
    }

    /** What can happen to a record. */
    public enum Type {
        CREATED,
        UPDATED,
        DELETED,
        /** A change made outside the hub was refused and undone. */
        REJECTED;

        /** The word for it in topics and event types, such as {@code created}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RecordPath path() {
        return version.path();
    }

    /** The topic of its event, such as {@code file.created/builds/app.tgz}. */
    public String topic() {
        return "file." + type.word() + "/" + path();
    }
}
