package io.datahub.store.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.cluster.HomeArchive;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.api.validation.Violation;
import io.datahub.store.metadata.Journal;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A home whose database this process has opened, so that no hub can. */
final class StoppedHome implements HomeArchive {

    private static final JsonFactory JSON = new JsonFactory();

    private final Path files;
    private final Path kept;
    private final MetadataStore metadata;
    private final Journal journal;
    private final Cursor head;
    private final long oldest;

    StoppedHome(Path home, MetadataStore metadata) {
        files = home.resolve("files");
        kept = home.resolve("state/history/topics");
        this.metadata = metadata;
        journal = new Journal(metadata, () -> RecordUrls.RELATIVE);
        head = journal.head();
        oldest = journal.oldest().sequence();
    }

    @Override
    public String epoch() {
        return head.epoch();
    }

    @Override
    public long oldest() {
        return oldest;
    }

    @Override
    public long newest() {
        return head.sequence();
    }

    @Override
    public boolean hasKept() throws IOException {
        if (!Files.isDirectory(kept)) {
            return false;
        }
        try (Stream<Path> found = Files.walk(kept)) {
            return found.anyMatch(Files::isRegularFile);
        }
    }

    @Override
    public long count() throws IOException {
        return metadata.size();
    }

    @Override
    public List<Stored> records(RecordPath after, int limit) throws IOException {
        String from = after.isRoot() ? PathKeys.begin(after) : PathKeys.of(after);
        return metadata.range(from, PathKeys.end(RecordPath.ROOT), limit + 1).stream()
                .filter(indexed -> after.isRoot() || !indexed.key().equals(from))
                .limit(limit)
                .map(indexed -> new Stored(
                        indexed.entry().version(PathKeys.path(indexed.key())),
                        indexed.entry().user()))
                .toList();
    }

    @Override
    public InputStream open(RecordPath path, long from) throws IOException {
        FileChannel channel = FileChannel.open(path.under(files), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            return Channels.newInputStream(channel.position(from));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public List<LedgerDirectory> directories() throws IOException {
        List<LedgerDirectory> directories = new ArrayList<>();
        for (RecordPath path : metadata.madeDirectories(RecordPath.ROOT)) {
            Path directory = path.under(files);
            Instant modified = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    ? Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS)
                            .toInstant()
                    : Instant.EPOCH;
            directories.add(new LedgerDirectory(path, modified, true));
        }
        return directories;
    }

    @Override
    public List<LedgerEntry> entries(long after, int limit) throws IOException {
        List<LedgerEntry> entries = new ArrayList<>();
        long from = after;
        while (entries.size() < limit && from < newest()) {
            ChangeJournal.Page page = journal.read(User.HUB, new Cursor(epoch(), from), "", limit - entries.size())
                    .get();
            for (Change change : page.changes()) {
                entries.add(entry(change));
            }
            from = page.next().sequence();
        }
        return entries;
    }

    private static LedgerEntry entry(Change change) throws IOException {
        return new LedgerEntry(
                change.cursor().sequence(),
                change.time(),
                change.type(),
                change.version(),
                change.user().orElse(""),
                change.validators(),
                change.type() == Change.Type.REJECTED ? violations(change.json()) : List.of());
    }

    /** The violations in the event of a rejection. */
    private static List<Violation> violations(String event) throws IOException {
        List<Violation> violations = new ArrayList<>();
        try (JsonParser json = JSON.createParser(event)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.FIELD_NAME && "violations".equals(json.currentName())) {
                    json.nextToken();
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        violations.add(violation(json));
                    }
                }
            }
        }
        return violations;
    }

    private static Violation violation(JsonParser json) throws IOException {
        String validator = "";
        String version = "";
        String message = "";
        int line = 0;
        int column = 0;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "validator" -> validator = json.getText();
                case "version" -> version = json.getText();
                case "message" -> message = json.getText();
                case "line" -> line = json.getIntValue();
                case "column" -> column = json.getIntValue();
                default -> json.skipChildren();
            }
        }
        return new Violation(validator, version, line, column, message);
    }

    @Override
    public void close() {
        metadata.close();
    }
}
