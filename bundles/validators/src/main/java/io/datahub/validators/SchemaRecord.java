package io.datahub.validators;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import javax.xml.validation.Schema;

/**
 * A schema that is a record. Compiled once a version; compiled anew when the record, or one that it includes, has another
 * entity tag. For any thread.
 */
final class SchemaRecord {

    private final RecordStore store;
    private final RecordPath path;
    private final ReentrantLock compiling = new ReentrantLock();
    private volatile Compiled compiled;

    /**
     * A schema with the records that it was compiled from.
     *
     * @param etags by record
     */
    private record Compiled(Schema schema, Map<RecordPath, String> etags) {}

    SchemaRecord(RecordStore store, RecordPath path) {
        this.store = store;
        this.path = path;
    }

    /**
     * The schema in its present version.
     *
     * @throws IOException if it is missing, can't be read or is no schema
     * @throws InterruptedException if the time is over
     */
    Schema current() throws IOException, InterruptedException {
        Compiled known = compiled;
        return isCurrent(known) ? known.schema() : compile();
    }

    private Schema compile() throws IOException, InterruptedException {
        compiling.lockInterruptibly();
        try {
            if (!isCurrent(compiled)) {
                SchemaSources sources = new SchemaSources(store, path);
                Schema schema = sources.compile();
                compiled = new Compiled(schema, sources.etags());
            }
            return compiled.schema();
        } finally {
            compiling.unlock();
        }
    }

    private boolean isCurrent(Compiled known) throws IOException {
        if (known == null) {
            return false;
        }
        for (Map.Entry<RecordPath, String> source : known.etags().entrySet()) {
            Result<RecordVersion> version = store.find(User.HUB, source.getKey());
            // While somebody edits the file on disk it has no entity tag, and its last version stays in use.
            if (version.isRefused()
                    || version.get()
                            .etag()
                            .filter(etag -> !etag.equals(source.getValue()))
                            .isPresent()) {
                return false;
            }
        }
        return true;
    }
}
