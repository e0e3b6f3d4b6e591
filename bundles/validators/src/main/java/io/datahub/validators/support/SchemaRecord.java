package io.datahub.validators.support;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A schema that is stored in a record. It is compiled once per version, and recompiled when the entity tag of the
 * record or of a record that it refers to changes. Thread-safe.
 *
 * @param <S> the type of the compiled schema
 */
public final class SchemaRecord<S> {

    private final RecordStore store;
    private final Catalog catalog;
    private final RecordPath path;
    private final Compiler<S> compiler;
    private final ReentrantLock compileLock = new ReentrantLock();
    private volatile Compiled<S> compiled;

    /** Compiles schemas. */
    public interface Compiler<S> {

        /**
         * Compiles a schema.
         *
         * @throws IOException if a record is missing, can't be read, or isn't a valid schema
         */
        S compile(SchemaSource source) throws IOException;
    }

    /**
     * A compiled schema with the records that it was compiled from.
     *
     * @param etags the entity tags by record
     */
    private record Compiled<S>(S schema, Map<RecordPath, String> etags) {}

    public SchemaRecord(RecordStore store, Catalog catalog, RecordPath path, Compiler<S> compiler) {
        this.store = store;
        this.catalog = catalog;
        this.path = path;
        this.compiler = compiler;
    }

    /**
     * Parses the path of a schema in a configuration.
     *
     * @throws IllegalArgumentException if it is missing or invalid
     */
    public static RecordPath path(String schema, String example) {
        if (schema == null || schema.isBlank()) {
            throw new IllegalArgumentException(
                    "schema is missing; set the path of the record that holds it, such as schema = " + example);
        }
        return RecordPath.of(schema.strip());
    }

    /**
     * Returns the current version of the schema, compiling it if necessary.
     *
     * @throws IOException if the schema is missing, can't be read or is invalid
     * @throws InterruptedException if the thread is interrupted, as on a timeout of the validation
     */
    public S current() throws IOException, InterruptedException {
        Compiled<S> cached = compiled;
        return isCurrent(cached) ? cached.schema() : compile();
    }

    private S compile() throws IOException, InterruptedException {
        compileLock.lockInterruptibly();
        try {
            if (!isCurrent(compiled)) {
                SchemaSource source = new SchemaSource(store, catalog, path);
                S schema = compiler.compile(source);
                compiled = new Compiled<>(schema, source.etags());
            }
            return compiled.schema();
        } finally {
            compileLock.unlock();
        }
    }

    private boolean isCurrent(Compiled<S> cached) throws IOException {
        if (cached == null) {
            return false;
        }
        for (Map.Entry<RecordPath, String> source : cached.etags().entrySet()) {
            Result<RecordVersion> version = store.find(User.HUB, source.getKey());
            // While a file is being edited on disk, the record has no entity tag, and the last compiled version stays
            // in use.
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
