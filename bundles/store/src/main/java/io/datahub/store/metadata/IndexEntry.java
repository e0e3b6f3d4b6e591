package io.datahub.store.metadata;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.records.quota.Counted;
import java.time.Instant;
import java.util.Optional;

/**
 * A record's entry in the index: its present version and the stat of its file when that version was indexed. Times
 * are nanoseconds since 1970.
 *
 * @param sha256 in lower-case hexadecimal; empty if unknown
 * @param user who wrote the version; empty if unknown
 * @param times what the file doesn't carry
 */
public record IndexEntry(
        long size, long modified, long changed, long key, String etag, String sha256, String user, CommitTimes times) {

    private static final long SECOND = 1_000_000_000L;

    public static IndexEntry of(FileStat stat, String etag, String sha256, String user) {
        return of(stat, etag, sha256, user, CommitTimes.NONE);
    }

    public static IndexEntry of(FileStat stat, String etag, String sha256, String user, CommitTimes times) {
        return new IndexEntry(stat.size(), stat.modified(), stat.changed(), stat.key(), etag, sha256, user, times);
    }

    /** Returns the same version with the stat of another file. */
    public IndexEntry withStat(FileStat stat) {
        return of(stat, etag, sha256, user, stat.modified() == modified ? times : CommitTimes.written(times.client()));
    }

    /** Returns the same version with another time of the client. */
    public IndexEntry withClientModified(Optional<Instant> time) {
        return new IndexEntry(size, modified, changed, key, etag, sha256, user, times.withClient(time));
    }

    /** Whether the file is the one that was indexed, unmodified. */
    public boolean matches(FileStat stat) {
        return stat.size() == size && stat.modified() == modified && stat.changed() == changed && stat.key() == key;
    }

    /** What it counts to quotas. */
    public Counted counted() {
        return new Counted(size, user);
    }

    public RecordVersion version(RecordPath path) {
        return new RecordVersion(
                path,
                size,
                times.committed().orElseGet(() -> instant(modified)),
                Optional.of(etag),
                Optional.of(sha256).filter(hash -> !hash.isEmpty()),
                times.client());
    }

    public static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
    }

    byte[] pack() {
        return RecordCodec.write(out -> {
            out.writeLong(size);
            out.writeLong(modified);
            out.writeLong(changed);
            out.writeLong(key);
            out.writeUTF(etag);
            out.writeUTF(sha256);
            out.writeUTF(user);
            if (!times.equals(CommitTimes.NONE)) {
                times.write(out);
            }
        });
    }

    static IndexEntry unpack(byte[] bytes) {
        return RecordCodec.read(
                bytes,
                in -> new IndexEntry(
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readUTF(),
                        in.readUTF(),
                        in.readUTF(),
                        RecordCodec.trailing(in, CommitTimes::read, CommitTimes.NONE)));
    }
}
