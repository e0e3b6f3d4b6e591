package io.datahub.store.archive;

import io.datahub.api.Sha256;
import io.datahub.api.cluster.HomeArchive.Stored;
import io.datahub.api.cluster.HomeTarget;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.records.change.PendingChange;
import io.datahub.store.metadata.CommitTimes;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.NewMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * A home whose database gets its name at the end: until then no hub starts on it, and a repetition finds the files. Those
 * of records that aren't there any more are deleted at the end, too.
 */
final class WrittenHome implements HomeTarget {

    /** The database until the home is finished. */
    static final String UNFINISHED = "export.mv";

    private static final int BUFFER = 1 << 16;

    private final WrittenFiles files;
    private final Path state;
    private final NewMetadata metadata;

    private WrittenHome(WrittenFiles files, Path state, NewMetadata metadata) {
        this.files = files;
        this.state = state;
        this.metadata = metadata;
    }

    /** @param source the CloudEvents source of its events */
    static WrittenHome create(Path home, String epoch, long oldest, String source) throws IOException {
        Path files = home.resolve("files");
        Path state = home.resolve("state");
        Path unfinished = state.resolve(UNFINISHED);
        if (Files.exists(state.resolve("store.mv")) || (!WrittenFiles.isEmpty(files) && !Files.exists(unfinished))) {
            throw new FileAlreadyExistsException(
                    home.toString(), null, "it has records already; name a directory that isn't there yet");
        }
        makePrivate(home);
        Files.createDirectories(files);
        Files.createDirectories(state);
        Files.deleteIfExists(unfinished);
        return new WrittenHome(new WrittenFiles(files), state, new NewMetadata(unfinished, epoch, oldest, source));
    }

    /** Like the launcher's homes, a new one is for its user alone; one that is there keeps its mode. */
    private static void makePrivate(Path home) throws IOException {
        if (!Files.exists(home)) {
            Files.createDirectories(home.toAbsolutePath().getParent());
            Files.createDirectory(
                    home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    @Override
    public void write(Stored record, Content content) throws IOException {
        RecordVersion version = record.version();
        String wanted = version.sha256().orElseThrow();
        Path file = files.makeRoom(version.path());
        if (!isThere(file, version.size(), wanted)) {
            Path partial = state.resolve("export.part");
            String written = copy(content, partial);
            if (!written.equals(wanted)) {
                throw new IOException("the bytes of " + version.path() + " have the SHA-256 " + written + " instead of "
                        + wanted + "; look at the blob store, and export again");
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.setLastModifiedTime(file, FileTime.from(version.modified()));
        FileStat stat = FileStat.of(file).orElseThrow();
        metadata.put(
                version.path(),
                IndexEntry.of(
                        stat,
                        version.etag().orElseThrow(),
                        wanted,
                        record.user(),
                        CommitTimes.written(version.clientModified())));
    }

    private static boolean isThere(Path file, long size, String sha256) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != size) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return Sha256.hex(channel).equals(sha256);
        }
    }

    /** Writes bytes durably, and returns their SHA-256. */
    private static String copy(Content content, Path target) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = content.open();
                OutputStream out = Files.newOutputStream(target)) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                out.write(buffer, 0, count);
            }
        }
        WrittenFiles.force(target);
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void makeDirectory(RecordPath directory) throws IOException {
        files.makeDirectory(directory);
        metadata.putMadeDirectory(directory);
    }

    @Override
    public void addEntries(List<LedgerEntry> entries) throws IOException {
        for (LedgerEntry entry : entries) {
            metadata.append(
                    entry.number(),
                    entry.time(),
                    new PendingChange(
                            entry.type(), entry.version(), entry.user(), entry.validators(), entry.violations()));
        }
    }

    @Override
    public void finish() throws IOException {
        metadata.finish();
        files.retain(metadata::hasRecord, metadata::isMadeDirectory);
        metadata.close();
        Files.move(state.resolve(UNFINISHED), state.resolve("store.mv"), StandardCopyOption.ATOMIC_MOVE);
        WrittenFiles.force(state);
    }

    @Override
    public void close() {
        metadata.close();
    }
}
