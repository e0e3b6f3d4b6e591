package io.datahub.store.metadata;

import io.datahub.api.record.RecordPath;
import java.util.HashMap;
import java.util.Map;

/**
 * What is known of a resumable upload beside its bytes. Times are milliseconds since 1970.
 *
 * @param user whose it is
 * @param length how many bytes it will have; negative as long as nobody said
 * @param notes what its transport wants to find again
 * @param done when it became a record; 0 while it hasn't
 * @param etag of that record; empty where that isn't known
 * @param isPart whether it is one of several that are to be concatenated, and never a record itself
 */
public record PartialUploadEntry(
        String user,
        RecordPath path,
        long length,
        long created,
        Map<String, String> notes,
        long done,
        String etag,
        boolean isPart) {

    public PartialUploadEntry {
        notes = Map.copyOf(notes);
    }

    /** The same, become a record. */
    public PartialUploadEntry done(long now, String tag) {
        return new PartialUploadEntry(user, path, length, created, notes, now, tag, isPart);
    }

    /** The same, with the length that it will have. */
    public PartialUploadEntry withLength(long bytes) {
        return new PartialUploadEntry(user, path, bytes, created, notes, done, etag, isPart);
    }

    public boolean hasLength() {
        return length >= 0;
    }

    public boolean isDone() {
        return done != 0;
    }

    byte[] pack() {
        return RecordCodec.write(out -> {
            out.writeUTF(user);
            out.writeUTF(path.toString());
            out.writeLong(length);
            out.writeLong(created);
            out.writeLong(done);
            out.writeUTF(etag);
            out.writeInt(notes.size());
            for (Map.Entry<String, String> note : notes.entrySet()) {
                out.writeUTF(note.getKey());
                out.writeUTF(note.getValue());
            }
            out.writeBoolean(isPart);
        });
    }

    static PartialUploadEntry unpack(byte[] bytes) {
        return RecordCodec.read(bytes, in -> {
            String user = in.readUTF();
            RecordPath path = RecordPath.of(in.readUTF());
            long length = in.readLong();
            long created = in.readLong();
            long done = in.readLong();
            String etag = in.readUTF();
            Map<String, String> notes = new HashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                notes.put(in.readUTF(), in.readUTF());
            }
            return new PartialUploadEntry(user, path, length, created, notes, done, etag, RecordCodec.flag(in));
        });
    }
}
