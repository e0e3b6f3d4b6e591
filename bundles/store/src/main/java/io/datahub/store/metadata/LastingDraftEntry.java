package io.datahub.store.metadata;

import io.datahub.api.path.RecordPath;
import java.util.HashMap;
import java.util.Map;

/**
 * The metadata of a lasting draft. Times are milliseconds since 1970.
 *
 * @param user the owner
 * @param length the total length in bytes; negative while unknown
 * @param notes metadata of the transport, returned to it unchanged
 * @param done when it was committed as a record; 0 if it wasn't yet
 * @param etag of that record; before, of the version that it began from; empty if unknown or none
 * @param isPart whether its path isn't known yet; the path is the root then
 */
public record LastingDraftEntry(
        String user,
        RecordPath path,
        long length,
        long created,
        Map<String, String> notes,
        long done,
        String etag,
        boolean isPart) {

    public LastingDraftEntry {
        notes = Map.copyOf(notes);
    }

    /** Returns this draft under a path, which may be another one; it doesn't depend on a version then. */
    public LastingDraftEntry of(RecordPath other) {
        return other.equals(path)
                ? this
                : new LastingDraftEntry(user, other, length, created, notes, done, "", other.isRoot());
    }

    /** Returns this draft as committed. */
    public LastingDraftEntry done(long now, String tag) {
        return new LastingDraftEntry(user, path, length, created, notes, now, tag, isPart);
    }

    /** Returns this draft with its total length. */
    public LastingDraftEntry withLength(long bytes) {
        return new LastingDraftEntry(user, path, bytes, created, notes, done, etag, isPart);
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

    static LastingDraftEntry unpack(byte[] bytes) {
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
            return new LastingDraftEntry(user, path, length, created, notes, done, etag, RecordCodec.trailingFlag(in));
        });
    }
}
