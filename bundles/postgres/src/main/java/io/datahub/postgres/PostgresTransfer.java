package io.datahub.postgres;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Imports into the tables. */
final class PostgresTransfer implements LedgerTransfer {

    private static final int MILLIS = 60_000;

    /** For what looks at all that was imported: there may be millions of entries, and a cold cache. */
    private static final int LONG_MILLIS = 600_000;

    private static final String PROGRESS = """
            select (select importing from head) as importing, (select count(*) from stored_record) as records,
              (select count(*) from directory where name <> '') as directories,
              (select count(*) from journal) as entries""";

    private final Database database;

    PostgresTransfer(Database database) {
        this.database = database;
    }

    /** Writes the fields of one value. */
    private interface Fields<T> {
        void write(JsonGenerator json, T value) throws IOException;
    }

    @Override
    public Progress progress() throws IOException {
        return database.change( // has no limit of its own
                        LONG_MILLIS,
                        PROGRESS,
                        row -> new Progress(
                                Optional.ofNullable(row.getString("importing")),
                                row.getLong("records"),
                                row.getLong("directories"),
                                row.getLong("entries")))
                .get(0);
    }

    @Override
    public Result<Progress> begin(String epoch) throws IOException {
        return isDone(MILLIS, "begin_import_1(?)", epoch)
                ? Result.done(progress())
                : Result.refused(
                        Reason.CONFLICT,
                        "the ledger has records, or an import of another journal isn't finished; import into an empty"
                                + " database");
    }

    private boolean isDone(int millis, String call, Object... parameters) throws IOException {
        return database.change(millis, "select " + call, row -> row.getBoolean(1), parameters)
                .get(0);
    }

    @Override
    public void addRecords(List<LedgerRecord> records) throws IOException {
        add("import_records_1", records, PostgresTransfer::write);
    }

    private static void write(JsonGenerator json, LedgerRecord record) throws IOException {
        writePath(json, record.path());
        writeVersion(json, record.version());
        json.writeStringField("blob", record.blob());
        json.writeStringField("owner", record.user());
        json.writeNumberField("seq", record.number());
    }

    private static void writePath(JsonGenerator json, RecordPath path) throws IOException {
        json.writeStringField("parent", path.parent().toString());
        json.writeStringField("name", path.name());
    }

    private static void writeVersion(JsonGenerator json, RecordVersion version) throws IOException {
        json.writeNumberField("size", version.size());
        json.writeNumberField("modified", Rows.nanos(version.modified()));
        json.writeStringField("etag", version.etag().orElse(null));
        json.writeStringField("sha256", version.sha256().orElse(null));
        json.writeStringField(
                "client", version.clientModified().map(Instant::toString).orElse(null));
    }

    @Override
    public void addDirectories(List<LedgerDirectory> directories) throws IOException {
        add("import_directories_1", directories, (json, directory) -> {
            writePath(json, directory.path());
            json.writeNumberField("modified", directory.modified().toEpochMilli());
            json.writeBooleanField("made", directory.made());
        });
    }

    @Override
    public void addEntries(List<LedgerEntry> entries) throws IOException {
        add("import_entries_1", entries, (json, entry) -> {
            json.writeNumberField("seq", entry.number());
            json.writeNumberField("time", entry.time().toEpochMilli());
            json.writeNumberField("kind", PostgresJournal.kind(entry.type()));
            json.writeStringField("path", entry.version().path().toString());
            writeVersion(json, entry.version());
            json.writeStringField("author", entry.user());
            json.writeStringField("validators", JsonTexts.ofValidators(entry.validators()));
            json.writeStringField("violations", JsonTexts.ofViolations(entry.violations()));
        });
    }

    private <T> void add(String function, List<T> values, Fields<T> fields) throws IOException {
        String batch = JsonTexts.write(json -> {
            json.writeStartArray();
            for (T value : values) {
                json.writeStartObject();
                fields.write(json, value);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
        database.change(MILLIS, "select " + function + "(?::jsonb)", row -> true, batch);
    }

    @Override
    public Result<Progress> finish(long oldest, long newest, boolean hasKept) throws IOException {
        return isDone(LONG_MILLIS, "finish_import_6(?, ?, ?)", oldest, newest, hasKept)
                ? Result.done(progress())
                : Result.refused(
                        Reason.CONFLICT,
                        "entries of the journal from " + (oldest + 1) + " to " + newest
                                + " are missing in the ledger; import them again");
    }
}
