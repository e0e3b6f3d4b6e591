package io.datahub.validators;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A schema that is a record. Compiled once a version; compiled anew when the record, or one that it refers to, has another
 * entity tag. For any thread.
 *
 * @param <S> what it is compiled to
 */
final class SchemaRecord<S> {

    private final RecordStore store;
    private final Catalog catalog;
    private final RecordPath path;
    private final Compiler<S> compiler;
    private final ReentrantLock compiling = new ReentrantLock();
    private volatile Compiled<S> compiled;

    /** Makes schemas of records. */
    interface Compiler<S> {

        /**
         * Compiles one.
         *
         * @throws IOException if one of the records is missing, can't be read, or is no schema
         */
        S compile(SchemaSource source) throws IOException;
    }

    /**
     * A schema with the records that it was compiled from.
     *
     * @param etags by record
     */
    private record Compiled<S>(S schema, Map<RecordPath, String> etags) {}

    SchemaRecord(RecordStore store, Catalog catalog, RecordPath path, Compiler<S> compiler) {
        this.store = store;
        this.catalog = catalog;
        this.path = path;
        this.compiler = compiler;
    }

    /**
     * The path of a schema in a configuration.
     *
     * @throws IllegalArgumentException if it is none
     */
    static RecordPath path(String schema, String example) {
        if (schema == null || schema.isBlank()) {
            throw new IllegalArgumentException(
                    "schema is missing; name the record that holds it, such as schema = " + example);
        }
        return RecordPath.of(schema.strip());
    }

    /**
     * The schema in its present version.
     *
     * @throws IOException if it is missing, can't be read or is no schema
     * @throws InterruptedException if the time is over
     */
    S current() throws IOException, InterruptedException {
        Compiled<S> known = compiled;
        return isCurrent(known) ? known.schema() : compile();
    }

    private S compile() throws IOException, InterruptedException {
        compiling.lockInterruptibly();
        try {
            if (!isCurrent(compiled)) {
                SchemaSource source = new SchemaSource(store, catalog, path);
                S schema = compiler.compile(source);
                compiled = new Compiled<>(schema, source.etags());
            }
            return compiled.schema();
        } finally {
            compiling.unlock();
        }
    }

    private boolean isCurrent(Compiled<S> known) throws IOException {
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
