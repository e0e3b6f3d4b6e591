package io.datahub.validators.support;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The records of a schema: the main record and those it refers to; references are resolved to records only. One
 * instance per compilation.
 */
public final class SchemaSource {

    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_RECORDS = 200;

    private final RecordStore store;
    private final Catalog catalog;
    private final RecordPath main;
    private final Map<RecordPath, String> etags = new ConcurrentHashMap<>();

    public SchemaSource(RecordStore store, Catalog catalog, RecordPath main) {
        this.store = store;
        this.catalog = catalog;
        this.main = main;
    }

    public RecordPath main() {
        return main;
    }

    /** The records that were read so far, with their entity tags. */
    Map<RecordPath, String> etags() {
        return Collections.unmodifiableMap(etags);
    }

    /**
     * Returns the record that a schema refers to.
     *
     * @param base the address of the referring schema; null for the main schema
     * @throws IOException if the reference isn't allowed
     */
    public RecordPath resolve(String base, String reference) throws IOException {
        String from = base == null ? RecordReference.address(main).toString() : base;
        return catalog.resolve(main, from, reference);
    }

    /**
     * Returns the content of a record.
     *
     * @throws IOException if the record is missing, can't be read or is too large
     */
    public byte[] read(RecordPath path) throws IOException {
        Result<Reading> opened = store.open(User.HUB, path);
        if (opened.isRefused()) {
            throw new IOException("the schema " + path + " can't be read: "
                    + opened.refusal().orElseThrow().detail());
        }
        try (Reading reading = opened.get()) {
            String etag = reading.version()
                    .etag()
                    .orElseThrow(() -> new IOException("the schema " + path + " is being changed on disk"));
            if (reading.version().size() > MAX_BYTES || etags.size() >= MAX_RECORDS) {
                throw new IOException("the schema " + main + " is too large: the limit is " + MAX_RECORDS
                        + " records of " + MAX_BYTES + " bytes each");
            }
            etags.put(path, etag);
            return reading.stream().readAllBytes();
        }
    }
}
