package io.datahub.cluster.read;

import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.record.Reading;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Opens the bytes of records. An open one keeps its version: the blob of a version that was replaced is deleted only an
 * hour later.
 */
public record RecordBytes(Blobs blobs, BlobCache cache) {

    /** Opens a version. */
    public Reading open(LedgerRecord record) throws IOException {
        Optional<byte[]> small = cache.get(record.blob(), record.size());
        return small.isPresent()
                ? new SmallReading(record.version(), small.get())
                : new BlobReading(record.version(), blobs, record.blob());
    }

    /** Opens a version as a stream; closing that is enough. */
    public InputStream stream(LedgerRecord record) throws IOException {
        return open(record).stream();
    }
}
