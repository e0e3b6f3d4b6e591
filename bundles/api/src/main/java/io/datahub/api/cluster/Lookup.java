package io.datahub.api.cluster;

import java.util.Objects;
import java.util.Optional;

/**
 * What is at a path: a record, a directory or nothing.
 *
 * @param record the record, if there is one
 * @param directory the directory, if there is one
 * @param number the answer is certain once the journal is confirmed up to here: that of the record's entry, or, where
 *     there is no record, that of an entry of the path that isn't confirmed yet; 0 if there is none
 */
public record Lookup(Optional<LedgerRecord> record, Optional<LedgerDirectory> directory, long number) {
    public Lookup {
        Objects.requireNonNull(record);
        Objects.requireNonNull(directory);
    }
}
