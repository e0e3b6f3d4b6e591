package io.datahub.api.record;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.ValidatorId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * An entry of the journal: a change to a record.
 *
 * @param type the kind of change
 * @param cursor the entry's position in the journal
 * @param time when it was appended
 * @param version the new version; for a deletion the deleted one, for a rejection the rejected one
 * @param user who made the change, where known
 * @param validators the validators that validated the version
 * @param url where clients find the record, built when the entry was read ({@link io.datahub.api.path.RecordUrls})
 * @param json the entry as CloudEvents 1.0 structured JSON, in one line: the payload of its event
 */
public record Change(
        Type type,
        Cursor cursor,
        Instant time,
        RecordVersion version,
        Optional<String> user,
        List<ValidatorId> validators,
        String url,
        String json) {

    public Change {
        Objects.requireNonNull(type);
        Objects.requireNonNull(url);
        Objects.requireNonNull(json);
        validators = List.copyOf(validators);
    }

    /** The kinds of change. */
    public enum Type {
        /** There is a new record. */
        CREATED,
        /** A record has a new version. */
        UPDATED,
        /** A record is gone. */
        DELETED,
        /** A change made outside the hub was rejected and rolled back, or a draft was rejected. */
        REJECTED;

        /**
         * The name used in topics and event types, such as {@code created}.
         *
         * @return the name
         */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The record that has changed.
     *
     * @return its path
     */
    public RecordPath path() {
        return version.path();
    }

    /**
     * The topic of its event, such as {@code file.created/builds/app.tgz}.
     *
     * @return the topic
     */
    public String topic() {
        return "file." + type.word() + "/" + path();
    }
}
